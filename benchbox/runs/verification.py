"""A run folder -> what was checked there, and what is not as it was written."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchbox.errors import BadRun, Damaged
from benchbox.render import render
from benchbox.runs.damage import damaged_shards, damaged_sounds, damaged_systems
from benchbox.runs.folder import SCHEMAS, Run


@dataclass(frozen=True)
class Verification:
    """What was found in a run folder."""

    checked: dict[str, int]
    """What was looked at -> how much of it there is."""
    problems: tuple[str, ...]
    """A sentence on each that is damaged or gone."""
    finished: bool


def examine(path: Path) -> Verification:
    """Check everything in a run folder; nothing is changed there.

    Raises:
        BadRun: it is no run folder.
    """
    try:
        run = Run.open(path)
    except Damaged as error:
        # Without it nobody knows what else should be there.
        return Verification({"manifest": 1}, (str(error),), False)
    checked = {
        "manifest": 1,
        "shards": sum(len(list((path / part).glob("[!.]*.parquet"))) for part in SCHEMAS),
        "trained systems": len(list(run.systems_folder.glob("*/trained.json"))),
        "folders of sounds": len(list(run.audio_folder.glob("[!.]*/"))),
    }
    return Verification(checked, tuple(_problems(run)), run.finished)


def _problems(run: Run) -> Iterator[str]:
    manifest = run.manifest
    shards = [damage.problem for damage in damaged_shards(run, manifest.jobs, sealed=manifest.sealed)]
    shards += _gone(run) if manifest.finished else []
    yield from shards
    for facts in manifest.systems.values():
        # A training that failed left none, and no time that it took.
        trained = run.systems_folder / facts.folder / "trained.json"
        if facts.training_seconds is not None and not trained.is_file():
            yield f"{trained} is gone"
    folders = [facts.folder for facts in manifest.systems.values() if facts.trainable and facts.folder]
    yield from (damage.problem for damage in damaged_systems(run, folders))
    yield from (damage.problem for damage in damaged_sounds(run))
    table = run.path / "leaderboard.md"
    if manifest.finished and not shards:
        try:
            text = render(run.leaderboard().table, "markdown").encode()
        except BadRun as error:
            yield str(error)
            return
        if not table.is_file():
            yield f"{table} is gone"
        elif table.read_bytes() != text:
            yield f"{table} is not the table of these scores, or another version of benchbox wrote it"


def _gone(run: Run) -> list[str]:
    """Name the shards that a finished run has and this one has not."""
    return [
        f"{run.shard(part, key, True)} is gone"
        for part in SCHEMAS
        for key in run.manifest.jobs
        if not any(run.shard(part, key, final).is_file() for final in (True, False))
    ]
