"""What of a run folder is not what was written: found, named, and set aside so that a run makes it anew."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchbox.errors import BadRun, Damaged
from benchbox.files import CHECKSUM, read_sealed, remove_unfinished
from benchbox.plan.jobs import Plan
from benchbox.runs.folder import SCHEMAS, Run
from benchbox.runs.shards import Shard, read_shard, seal_shard
from benchbox.runs.sounds import check_sounds
from benchbox.systems.system import read_trained

FOLDER = "damaged"
"""Below the run folder: what was set aside."""


@dataclass(frozen=True)
class Damage:
    """A file or folder of a run, and what is wrong with it."""

    path: Path
    problem: str


def mend(run: Run, plan: Plan) -> Iterator[str]:
    """Set aside what is damaged of a run that is to go on, held by this process; give a sentence on each."""
    for folder in (run.path, *run.path.glob("*/"), *run.systems_folder.glob("*/")):
        remove_unfinished(folder)
    if not run.exists:
        return
    sealed = True
    try:
        sealed = run.manifest.sealed
    except Damaged as error:
        # A copy: without a manifest nobody would know this folder for a run.
        shutil.copy2(run.manifest_path, _place(run, run.manifest_path))
        yield f"{str(error).partition(';')[0]}; it is written anew (a copy is in {run.path / FOLDER})"
    found = [
        *damaged_shards(run, [job.key for job in plan.jobs], sealed=sealed),
        *damaged_systems(run, [system.folder for system in plan.systems if system.trainable]),
        *damaged_sounds(run),
    ]
    for damage in found:
        place = _place(run, damage.path)
        damage.path.replace(place)
        yield f"{damage.problem}; set aside as {place}, made anew"
    if not sealed:
        _seal(run, plan)


def damaged_shards(run: Run, keys: Iterable[str], *, sealed: bool) -> Iterator[Damage]:
    """Give the bad ones of the shards of these jobs.

    Args:
        sealed: one without a checksum is bad, too.
    """
    for key in keys:
        for part in SCHEMAS:
            paths = [run.shard(part, key, final) for final in (True, False)]
            whole = []
            for path in paths:
                with suppress(FileNotFoundError):
                    try:
                        whole.append(_read(path, part, sealed=sealed))
                    except Damaged as error:
                        yield Damage(path, str(error))
            if len(whole) == 2:
                yield Damage(paths[1], f"{paths[1]} lies beside final rows of the same job")


def damaged_systems(run: Run, folders: Iterable[str]) -> Iterator[Damage]:
    """Give the trained systems that are not what their training left, and bad states of unfinished ones."""
    for name in folders:
        folder = run.systems_folder / name
        if (folder / "trained.json").exists():
            try:
                read_trained(folder)
            except Damaged as error:
                yield Damage(folder, str(error))
        state = folder / "state.pt"
        # One of benchbox.training, or emptied: a denoiser may have another of that name.
        content = state.read_bytes() if state.is_file() else b"another"
        if content.startswith(CHECKSUM.encode()) or not content.strip(b"\0"):
            try:
                read_sealed(state)
            except Damaged as error:
                yield Damage(state, str(error))


def damaged_sounds(run: Run) -> Iterator[Damage]:
    """Give the folders of sounds that do not hold what was written."""
    for folder in sorted(run.audio_folder.glob("[!.]*/")):
        try:
            check_sounds(folder)
        except BadRun as error:
            yield Damage(folder, str(error))


def _read(path: Path, part: str, *, sealed: bool) -> Shard:
    shard = read_shard(path, SCHEMAS[part])
    if sealed and not shard.sealed:
        raise Damaged(f"{path} is damaged: its checksum is gone")
    return shard


def _seal(run: Run, plan: Plan) -> None:
    """Give the shards of an earlier version of benchbox, which all could be read, a checksum."""
    for part, schema in SCHEMAS.items():
        for job in plan.jobs:
            path = run.shard(part, job.key, final=True)
            if path.is_file() and not (shard := read_shard(path, schema)).sealed:
                seal_shard(path, shard)


def _place(run: Run, path: Path) -> Path:
    """Return a free path below the run's folder of what is damaged."""
    folder = run.path / FOLDER
    folder.mkdir(exist_ok=True)
    name = "-".join(path.relative_to(run.path).parts)
    names = (f"{name}.{number}" for number in range(1, 10**6))
    return next(folder / each for each in (name, *names) if not (folder / each).exists())
