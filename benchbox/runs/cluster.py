"""Training and scoring on a dask cluster: this process plans, sends what is lacking, and keeps the run."""

import queue
import shutil
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from distributed import Client, KilledWorker
from distributed.comm.core import CommClosedError

from benchbox.errors import BadCluster
from benchbox.evaluation.evaluation import failed
from benchbox.plan.jobs import Plan
from benchbox.records import ClipRows, Evaluation, Job, Progress, System
from benchbox.runs import remote
from benchbox.runs.alike import ingredients_of, splits_of
from benchbox.runs.contained import Ended, Failed, Limits
from benchbox.runs.sending import Tree, pieces, tree_of, write_files
from benchbox.runs.shards import library_versions
from benchbox.runs.workers import Containment, Tell
from benchbox.systems.system import TrainingData

_LOOK_SECONDS = 2.0
"""Between two looks at how many workers there are."""
_MOST_AT_ONCE = 2048
MOST_LOSSES = 3
"""So often is a task tried again whose worker was lost."""
_ROUNDS = 100
"""So often is a task sent to a worker that lacks something: each time it may be another one."""
_URGENT = 10
"""Priority of what jobs wait for."""


_GONE = (CancelledError, CommClosedError, TimeoutError, ConnectionError)


class _WorkerGone(Exception):
    pass


class Lost(Exception):
    """A task that cannot be done on the cluster; says why."""


class Cluster:
    """Works on a dask cluster; what needs the run folder, and little time, is done here."""

    def __init__(
        self, client: Client, systems: Path, limits: Limits, wait: float, announce: Callable[[str], None]
    ) -> None:
        self._client, self._systems, self._limits = client, systems, limits
        self._wait, self._announce = wait, announce
        self._local = Containment(1, systems, limits)
        self._threads = ThreadPoolExecutor(_MOST_AT_ONCE, "benchbox")
        self._run = uuid4().hex[:12]
        self._topic = f"benchbox-{self._run}"
        self._session: remote.Session | None = None
        self._supplying: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._supplied: set[tuple[str, str]] = set()
        self._trees: dict[str, Tree] = {}
        self._tell: dict[str, Tell] = {}
        self._losses: Counter[str] = Counter()
        self._gone: set[str] = set()
        self._looked = self._last_seen = monotonic()
        self._count = sum(client.nthreads().values())
        self._closed = False
        client.subscribe_topic(self._topic, self._on_progress)
        client.subscribe_topic("all", self._on_event)

    @property
    def count(self) -> int:
        return self._count

    def prepare(self, plan: Plan) -> None:
        self._local.prepare(plan)
        self._session = remote.Session(
            self._run,
            str(Path.cwd()),
            ingredients_of(plan),
            splits_of(plan),
            library_versions(),
            self._limits,
            self._local.measures,
        )

    def results(self, tasks: "deque[Callable[[], Any]]") -> Iterator[Any]:
        done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        running = 0
        while running or tasks:
            # Twice as many as work at once, so that none of them waits for this process.
            while tasks and running < min(2 * max(self._count, 1), _MOST_AT_ONCE):
                self._threads.submit(tasks.popleft()).add_done_callback(done.put)
                running += 1
            self._look()
            try:
                future = done.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            running -= 1
            yield future.result()

    def evaluate(self, job: Job) -> Evaluation:
        try:
            evaluation: Evaluation = self._ask(remote.score, job)
        except Lost as lost:
            return failed(job, self._local.measures, f"worker {lost}")
        return evaluation

    def again(self, job: Job, index: int) -> ClipRows:
        return self._local.again(job, index)

    def train(self, system: System, data: TrainingData, tell: Tell) -> Failed | Ended | None:
        self._tell[system.label] = tell
        try:
            training: remote.Training = self._ask(remote.train, self._topic, system, data)
        except Lost as lost:
            return Ended(None, f"worker {lost}")
        if training.failure and training.raised:
            return Failed(training.failure, training.traceback)
        if training.failure:
            return Ended(None, training.failure, training.traceback)
        target = self._systems / system.folder
        shutil.rmtree(target, ignore_errors=True)
        write_files(target, training.files)
        return None

    def call(self, function: Callable[..., Any], *arguments: Any, patient: bool = False) -> Any:
        return self._local.call(function, *arguments, patient=patient)

    def close(self) -> None:
        """Have all workers forget this run; what they were doing is lost."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._local.close()
        if self._client.status == "running":
            with suppress(Exception):
                self._client.unsubscribe_topic("all")
                self._client.unsubscribe_topic(self._topic)
                self._client.run(remote.forget, self._run, on_error="ignore")

    # -------------------------------------------------------------------------------------------- asking

    def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a function of `remote` returns on any worker, which is sent what it lacks.

        Raises:
            Lost: no worker could do it.
            BadCluster: the cluster is lost, or has other plugins or data.
        """
        losses = 0
        worker = ""
        for _ in range(_ROUNDS):
            key = f"{function.__name__}-{uuid4().hex}"
            try:
                answer = self._submit(key, function, self._run, *arguments, worker=worker)
                if not isinstance(answer, remote.Lacks):
                    return answer
                worker = answer.address
                with self._supplying[worker]:
                    self._supply(answer)
            except _WorkerGone:
                worker = ""
            # Counted here: to dask, a task that was answered, or is bound to a worker, begins anew.
            losses += self._losses.pop(key, 0)
            if losses > MOST_LOSSES:
                raise Lost(_ended(losses))
        raise Lost("did not keep what it was sent")

    def _submit(
        self, key: str, function: Callable[..., Any], *arguments: Any, worker: str = "", priority: int = 0
    ) -> Any:
        """Return function(*arguments), called by any worker or by that one.

        Raises:
            _WorkerGone: that one is no more.
        """
        if self._closed:
            raise Ended(None, "the run was interrupted")
        try:
            future = self._client.submit(
                function, *arguments, key=key, workers=[worker] if worker else None, priority=priority
            )
            while worker:  # dask would wait for it for ever
                with suppress(TimeoutError):
                    return future.result(timeout=_LOOK_SECONDS)
                if worker in self._gone:
                    future.cancel()
                    raise _WorkerGone
            return future.result()
        except _WorkerGone:
            raise
        except KilledWorker as error:
            raise Lost(_ended(error.allowed_failures + 1)) from None
        except ModuleNotFoundError as error:
            raise BadCluster(
                f"a worker of the cluster has no package {error.name}: install there what is installed here"
            ) from None
        # A machine that is not this one may do whatever: its disk may be full.
        except (Exception, CancelledError) as error:
            if isinstance(error, _GONE) or self._client.status != "running":
                raise self._lost() from None
            raise Lost(f"failed: {Failed.of(error).reason}") from None

    def _lost(self) -> BadCluster | Ended:
        if self._closed:
            return Ended(None, "the run was interrupted")
        return BadCluster(
            "the scheduler of the cluster is lost; what is done is kept: the same command continues there "
            "when it can be reached again"
        )

    # ------------------------------------------------------------------------------------------- sending

    def _supply(self, lacks: remote.Lacks) -> None:
        """Send a worker what it lacks; it was sent already where two tasks of it asked at once."""
        if (lacks.address, lacks.weights) in self._supplied:
            return
        if lacks.weights:
            tree = tree_of(self._systems / lacks.weights)
            # Last what says that the training is whole.
            names = sorted(tree.files, key=lambda name: (name.endswith("trained.json"), name))
            for message in pieces(self._systems, tree, names):
                self._urgent(remote.keep_weights, lacks.address, self._run, message)
        else:
            self._open(lacks.address)
        self._supplied.add((lacks.address, lacks.weights))

    def _open(self, address: str) -> None:
        """Have a worker compare its plugins and data with those here; send the data that differ."""
        trees: dict[str, Tree] = {}
        while True:
            opening: remote.Opening = self._urgent(remote.open_run, address, self._session, trees)
            if opening.refusal:
                raise BadCluster(f"the worker {address} {opening.refusal}; install there what is here")
            if not opening.wants:
                return
            for path in opening.wants:
                trees[path] = tree = self._tree(path)
                parent = Path(path).expanduser().absolute().parent
                absent = self._urgent(remote.missing, address, tree)
                for message in pieces(parent, tree, absent):
                    self._urgent(remote.keep, address, tree, message)

    def _tree(self, path: str) -> Tree:
        if path not in self._trees:
            self._trees[path] = tree_of(Path(path))
        return self._trees[path]

    def _urgent(self, function: Callable[..., Any], address: str, *arguments: Any) -> Any:
        key = f"{function.__name__}-{uuid4().hex}"
        return self._submit(key, function, *arguments, worker=address, priority=_URGENT)

    # ------------------------------------------------------------------------------------------ watching

    def _look(self) -> None:
        """See how many workers there are.

        Raises:
            BadCluster: there has been none for too long, or the scheduler is lost.
        """
        now = monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return
        self._looked = now
        try:
            self._count = sum(self._client.nthreads().values())
        except (*_GONE, OSError, RuntimeError, ValueError):
            raise self._lost() from None
        if self._count:
            self._last_seen = now
        elif now - self._last_seen > self._wait:
            raise BadCluster(
                f"the cluster has had no worker for {self._wait:g} s; what is done is kept: the same command "
                "continues there (--backend-option wait=SECONDS waits longer)"
            )

    def _on_progress(self, event: tuple[float, Any]) -> None:
        label, *state = event[1]
        if label in self._tell:
            self._tell[label](Progress(*state))

    def _on_event(self, event: tuple[float, Any]) -> None:
        message: Mapping[str, Any] = event[1] if isinstance(event[1], dict) else {}
        worker = message.get("worker", "")
        if message.get("action") == "add-worker":
            self._gone.discard(worker)
        elif message.get("action") == "remove-worker":
            self._gone.add(worker)
            if not message.get("expected"):
                self._losses.update(message.get("processing-tasks", ()))
                self._announce(f"the worker {worker} is lost: its jobs are tried elsewhere")


def _ended(times: int) -> str:
    return f"ended {times} times while it had this (killed, or out of memory?)"
