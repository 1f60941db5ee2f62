"""What runs in a dask worker: it hands jobs to contained processes, as a run on one machine does."""

import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from time import monotonic
from typing import TypeAlias

from distributed import get_worker

from benchbox.records import Evaluation, Job, Progress, Split, System
from benchbox.runs.alike import Ingredient, found_here
from benchbox.runs.contained import Ended, Failed, Limits
from benchbox.runs.sending import Piece, Tree, lacking, put, read_files
from benchbox.runs.shards import library_versions
from benchbox.runs.workers import Containment
from benchbox.systems.system import TrainingData

_TELL_SECONDS = 1.0
_IDLE_SECONDS = 600.0
"""After which what was kept for a run that did not say goodbye is deleted."""


@dataclass(frozen=True)
class Session:
    """What workers must know of a run, sent to each once."""

    id: str
    folder: str
    """The working directory, from which relative paths are seen."""
    ingredients: Sequence[Ingredient]
    splits: Sequence[Split]
    versions: Mapping[str, str]
    limits: Limits
    measures: Sequence[str]


@dataclass(frozen=True)
class Lacks:
    """What a worker needs before it can do a task."""

    address: str
    weights: str = ""
    """Folder of a trained system; empty where the worker does not know the run at all."""


@dataclass(frozen=True)
class Opening:
    """How far a worker is with a run."""

    wants: Sequence[str] = ()
    """Paths that do not hold there what they hold here."""
    refusal: str = ""
    """Why it cannot take part."""


@dataclass(frozen=True)
class Training:
    """What came of a training."""

    files: Mapping[str, bytes]
    failure: str = ""
    traceback: str = ""
    raised: bool = False
    """The denoiser raised; otherwise its process ended."""


@dataclass
class _Open:
    """A run that this worker takes part in."""

    session: Session
    scratch: Path
    workers: Containment
    used: float = field(default_factory=monotonic)
    busy: int = 0

    def __enter__(self) -> Containment:
        with _guard:
            self.busy += 1
        return self.workers

    def __exit__(self, *_: object) -> None:
        with _guard:
            self.busy -= 1
            self.used = monotonic()


_Answer: TypeAlias = Lacks | Evaluation

_open: dict[str, _Open] = {}
_guard = threading.RLock()


def score(run: str, job: Job) -> _Answer:
    """Return the rows of a job, or what is needed first."""
    here = _open.get(run)
    if here is None:
        return Lacks(get_worker().address)
    if job.system.trainable and not (here.scratch / "systems" / job.system.folder / "trained.json").is_file():
        return Lacks(get_worker().address, job.system.folder)
    with here as workers:
        return workers.evaluate(job)


def train(run: str, topic: str, system: System, data: TrainingData) -> Lacks | Training:
    """Train a system; tell on `topic` how far it is, and stop when nobody waits for it any more."""
    here = _open.get(run)
    if here is None:
        return Lacks(get_worker().address)
    worker = get_worker()
    key = worker.get_current_task()
    told = -inf

    def tell(state: Progress) -> None:
        nonlocal told
        if not state.note and monotonic() - told < _TELL_SECONDS and state.step < state.steps:
            return
        told = monotonic()
        task = worker.state.tasks.get(key)
        if task is None or task.state == "cancelled":  # the run was ended, or killed
            raise Ended(None, "nobody waits for it any more")
        worker.log_event(topic, (system.label, state.step, state.steps, dict(state.facts), state.note))

    with here as workers:
        failure = workers.train(system, data, tell)
    if failure:
        return Training({}, failure.reason, failure.traceback, isinstance(failure, Failed))
    return Training(read_files(here.scratch / "systems" / system.folder, leave_out="state.pt"))


def open_run(session: Session, trees: Mapping[str, Tree]) -> Opening:
    """Compare plugins, libraries and data with those of the run.

    Args:
        trees: path -> what it holds, of those that have been sent.
    """
    with _guard:
        if session.id in _open:
            return Opening()
        _forget_idle()
        versions = library_versions()
        for library, version in session.versions.items():
            if versions.get(library) != version:
                return Opening(refusal=f"has {library} {versions.get(library, 'not at all')}, not {version}")
        scratch = _scratch(session.id)
        moved = {}
        for path in dict.fromkeys(path for each in session.ingredients for path in each.paths):
            # Joined to an absolute path, the folder goes away.
            as_written = Path(session.folder) / Path(path).expanduser()
            moved[path] = str(_place(trees[path]) / trees[path].name if path in trees else as_written)
        workers = Containment(1, scratch / "systems", session.limits, moved)
        workers.measures = session.measures
        parts = [each.part for each in session.ingredients]
        try:
            there = workers.call_here(found_here, parts, session.splits, patient=True)
        except (Failed, Ended) as error:
            workers.close()
            return Opening(refusal=f"cannot build the plugins: {error.reason}")
        other = [
            (wanted, found)
            for wanted, found in zip(session.ingredients, there, strict=True)
            if wanted.identity != found.identity
        ]
        if other:
            workers.close()
            if wants := [path for wanted, _ in other for path in wanted.paths if path not in trees]:
                return Opening(wants)
            wanted, found = other[0]
            return Opening(refusal=f"has another {wanted} than there is here: {found.identity}")
        _open[session.id] = _Open(session, scratch, workers)
        return Opening()


def missing(tree: Tree) -> list[str]:
    """Return the files of a tree that are not kept here."""
    return lacking(_place(tree), tree)


def keep(tree: Tree, message: Sequence[Piece]) -> None:
    """Keep pieces of a tree, for all runs."""
    put(_place(tree), message)


def keep_weights(run: str, message: Sequence[Piece]) -> None:
    """Keep pieces of a trained system of a run."""
    put(_scratch(run) / "systems", message)


def forget(run: str) -> None:
    """End the processes of a run, and delete what is kept for it."""
    with _guard:
        here = _open.pop(run, None)
    if here:
        here.workers.close()
    shutil.rmtree(_scratch(run), ignore_errors=True)


def _forget_idle() -> None:
    for run, here in list(_open.items()):
        if not here.busy and monotonic() - here.used > _IDLE_SECONDS:
            forget(run)


def _scratch(run: str) -> Path:
    return Path(get_worker().local_directory) / "benchbox" / run


def _place(tree: Tree) -> Path:
    return Path(get_worker().local_directory) / "benchbox" / "paths" / tree.digest
