"""Training and scoring in contained processes at once; plugins that keep ending them are stopped."""

import queue
import threading
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeAlias

from threadpoolctl import threadpool_limits

from benchbox.evaluation.evaluation import collected, evaluate, evaluate_clip, failed_clip
from benchbox.evaluation.worker import Worker
from benchbox.plan.jobs import Plan
from benchbox.records import ClipRows, Evaluation, Job, Part, Progress, System
from benchbox.registry.discovery import Registry
from benchbox.runs.contained import Contained, Ended, Failed, Limits
from benchbox.systems.system import TrainingData, train

MOST_ENDS = 3
"""So many processes may a plugin end; then it is not called any more."""

Tell: TypeAlias = Callable[[Progress], None]


class Workers(Protocol):
    """Where the work is done; results come in any order."""

    @property
    def count(self) -> int:
        """How many there are now."""

    def prepare(self, plan: Plan) -> None:
        """Learn what the work is going to be; before any of it."""

    def results(self, tasks: "deque[Callable[[], Any]]") -> Iterator[Any]:
        """Give what each task returns; more may be added to `tasks` meanwhile."""

    def evaluate(self, job: Job) -> Evaluation:
        """Return the rows of a job. Nothing that a plugin does is raised: it becomes failed rows."""

    def again(self, job: Job, index: int) -> ClipRows:
        """Return the rows of a clip, made where nothing was made before."""

    def train(self, system: System, data: TrainingData, tell: Tell) -> Failed | Ended | None:
        """Train a system in its folder; return what went wrong, if it did."""

    def call(self, function: Callable[..., Any], *arguments: Any, patient: bool = False) -> Any:
        """Return function(worker, *arguments); if patient, however long that takes.

        Raises:
            Failed, Ended: it could not be had.
        """


class InProcess:
    """Works in this very process: nothing is contained, a debugger reaches everything."""

    def __init__(self, systems: Path, registry: Registry) -> None:
        self._systems, self._registry = systems, registry
        self._worker = Worker(systems, registry)

    @property
    def count(self) -> int:
        return 1

    def prepare(self, plan: Plan) -> None:
        pass

    def results(self, tasks: "deque[Callable[[], Any]]") -> Iterator[Any]:
        while tasks:
            # The same bits as in a worker ask for the same single thread.
            with threadpool_limits(1):
                result = tasks.popleft()()
            yield result

    def evaluate(self, job: Job) -> Evaluation:
        return evaluate(self._worker, job)

    def again(self, job: Job, index: int) -> ClipRows:
        with threadpool_limits(1):
            return evaluate_clip(Worker(self._systems, self._registry), job, index, {})

    def train(self, system: System, data: TrainingData, tell: Tell) -> Failed | Ended | None:
        try:
            train(system, data, self._systems, self._registry, tell)
        # A plugin's fit may raise anything; the other systems still get their rows.
        except Exception as error:
            return Failed.of(error)
        return None

    def call(self, function: Callable[..., Any], *arguments: Any, patient: bool = False) -> Any:
        try:
            with threadpool_limits(1):
                return function(self._worker, *arguments)
        except Exception as error:
            raise Failed.of(error) from error


class Containment:
    """Works in contained processes, each watched by a thread of this one."""

    def __init__(
        self, count: int, systems: Path, limits: Limits, moved: Mapping[str, str] | None = None
    ) -> None:
        self.count, self._systems, self._limits, self._moved = count, systems, limits, moved
        self.measures: Sequence[str] = ()
        """What each clip is to have a row of, where nothing of it could be tried."""
        self._threads = ThreadPoolExecutor(count, "benchbox")
        self._own = threading.local()
        self._all: list[Contained] = []
        self._ends: Counter[Part] = Counter()
        self._stopped: dict[Part, str] = {}
        self._other: Contained | None = None
        self._closed = False

    def prepare(self, plan: Plan) -> None:
        self.measures = [measure.name for measure in plan.measures]

    def results(self, tasks: "deque[Callable[[], Any]]") -> Iterator[Any]:
        done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        running = 0
        while running or tasks:
            # One more than there are threads, so that none waits while this one writes.
            while tasks and running <= self.count:
                self._threads.submit(tasks.popleft()).add_done_callback(done.put)
                running += 1
            future = done.get()
            running -= 1
            yield future.result()

    def evaluate(self, job: Job) -> Evaluation:
        own = self._contained
        return collected(job, [self._clip(job, index, own) for index in range(len(job.entries))])

    def again(self, job: Job, index: int) -> ClipRows:
        """Use one process for all such clips, which has made nothing else."""
        if self._other is None:
            self._other = Contained(self._systems, self._limits, self._moved)
            self._all.append(self._other)
        return self._clip(job, index, self._other)

    def train(self, system: System, data: TrainingData, tell: Tell) -> Failed | Ended | None:
        try:
            self._contained.ask(_train, system, data, progress=tell, seconds=self._limits.training_seconds)
        except (Failed, Ended) as error:
            return error
        return None

    def call(self, function: Callable[..., Any], *arguments: Any, patient: bool = False) -> Any:
        return self._threads.submit(self.call_here, function, *arguments, patient=patient).result()

    def call_here(self, function: Callable[..., Any], *arguments: Any, patient: bool = False) -> Any:
        """Do the same in the process of this very thread."""
        return self._contained.ask(function, *arguments, seconds=inf if patient else None)

    def close(self) -> None:
        """End all processes; what they were doing is lost."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for contained in self._all:
            contained.close()

    @property
    def _contained(self) -> Contained:
        """Return the process of this thread."""
        if self._closed:
            raise Ended(None, "the run was interrupted")
        if not hasattr(self._own, "contained"):
            self._own.contained = Contained(self._systems, self._limits, self._moved)
            self._all.append(self._own.contained)
        contained: Contained = self._own.contained
        return contained

    def _clip(self, job: Job, index: int, contained: Contained) -> ClipRows:
        """Ask for the rows of a clip, and again without the plugin that ended the process."""
        known = dict(self._stopped)
        said: dict[str, str] = {}
        while True:
            strangers = set(contained.parts) - _parts(job)
            try:
                rows: ClipRows = contained.ask(evaluate_clip, job, index, known)
                return replace(rows, tracebacks={**rows.tracebacks, **said})
            except Failed as error:
                return failed_clip(job, index, self.measures, error.reason, error.traceback)
            except Ended as end:
                if strangers and (end.part is None or not self._ends[end.part]):
                    # Another plugin may have left a thread or a lock behind: tried again where none has been.
                    continue
                if end.part is None or end.part in known:
                    reason = f"worker {end.reason}"
                    return failed_clip(job, index, self.measures, reason, end.traceback)
                known[end.part] = reason = self._note(end.part, end.reason)
                said[reason] = end.traceback

    def _note(self, part: Part, reason: str) -> str:
        """Count what a plugin did to its process; return the reason for its rows."""
        self._ends[part] += 1
        if self._ends[part] >= MOST_ENDS:
            self._stopped[part] = f"{part[0]}: {reason}; not called again after {MOST_ENDS} times"
        return f"{part[0]}: {reason}"


def _parts(job: Job) -> set[Part]:
    """Return the plugins that a job calls."""
    return {
        ("corpus", str(job.corpus)),
        ("noise", str(job.condition.noise)),
        ("denoiser", job.system.label),
        *(("metric", str(metric)) for metric in job.metrics),
    }


def _train(worker: Worker, system: System, data: TrainingData) -> None:
    worker.entering("denoiser", system.label)
    with _warnings_told(worker.progress):
        train(system, data, worker.systems, worker.registry, worker.progress)


@contextmanager
def _warnings_told(tell: Tell) -> Iterator[None]:
    """Tell what benchbox warns of as notes: nobody reads what a contained process says."""
    ours, show = Path(__file__).parents[1], warnings.showwarning

    def shown(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if Path(filename).is_relative_to(ours):
            tell(Progress(0, 0, note=str(message)))
        else:
            show(message, category, filename, lineno, file, line)

    with warnings.catch_warnings():
        warnings.showwarning = shown
        yield


@contextmanager
def contained_workers(count: int, systems: Path, limits: Limits) -> Iterator[Containment]:
    """Give workers in processes of their own, which end with the block."""
    containment = Containment(count, systems, limits)
    try:
        yield containment
    finally:
        containment.close()
