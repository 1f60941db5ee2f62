"""A run is repeated exactly from its manifest, or refused with what is no more what it was."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from benchbox.errors import BadRun
from benchbox.plan.jobs import Plan
from benchbox.registry.discovery import Registry
from benchbox.runs.folder import SCHEMAS, Run
from benchbox.runs.manifest import Manifest
from benchbox.runs.shards import read_shard
from benchbox.systems.system import TrainingData, why_trained_anew


def check_repeats(known: Run, plan: Plan, data: TrainingData, registry: Registry) -> None:
    """Check that a plan is what a run was made by.

    Raises:
        BadRun: something differs; says what.
    """
    differing = [
        *_systems(known, plan, data, registry),
        *_measures(known.manifest, plan),
        *_speech(known.manifest, plan),
    ]
    differing = differing or list(_mixtures(known.manifest, plan))
    if differing:
        raise BadRun(
            f"{known.path} cannot be repeated exactly: {'; '.join(differing)}; "
            "its settings as flags, or as a suite file, run with what is here now"
        )


def compared(known: Run, again: Run) -> str:
    """Say in one line whether a repeated run has the scores of the first, to the last bit."""
    # By the manifest: what earlier code made may lie there, too.
    first, second = (_rows(run, known.manifest.jobs) for run in (known, again))
    if missing := len(first.keys() - second.keys()):
        return f"{missing} of {len(first)} parts of {known.path} were not made again"
    other = sum(not rows.equals(second[key]) for key, rows in first.items())
    if not other:
        return f"repeated: all scores are those of {known.path}, to the last bit"
    why = "" if known.manifest.machine == again.manifest.machine else ", made on another machine"
    return f"{other} of {len(first)} parts have other scores than {known.path}{why}"


def _rows(run: Run, keys: Iterable[str]) -> dict[str, pa.Table]:
    """Return the rows of each job that has some, without the versions of the libraries that made them."""
    rows: dict[str, pa.Table] = {}
    for key in keys:
        for path in (run.shard("scores", key, final) for final in (True, False)):
            if path.is_file():
                rows.setdefault(key, read_shard(path, SCHEMAS["scores"]).rows)
    return rows


def folder_for(manifest: Path) -> Path:
    """Return where the repeat of a run goes if nobody says otherwise."""
    folder = manifest.parent.resolve()
    return Path(os.path.normpath(manifest.parent / ".." / f"{folder.name}-again"))


def _systems(known: Run, plan: Plan, data: TrainingData, registry: Registry) -> Iterator[str]:
    facts = {facts.spec or label: facts for label, facts in known.manifest.systems.items()}
    for system in plan.systems:
        then = facts.get(str(system.spec))
        if then is None or then.identity == system.identity:
            continue
        if system.trainable:
            reason = why_trained_anew(system, data, known.systems_folder, registry)
            yield reason or f"{system.label} would learn from other code or data"
        else:
            yield f"{system.label} is {system.identity!r}, and was {then.identity!r}"


def _measures(known: Manifest, plan: Plan) -> Iterator[str]:
    for measure, then in known.identities.items():
        now = {part: str(value) for part, value in plan.identities.get(measure, {}).items()}
        parts = [part for part in {**then, **now} if then.get(part) != now.get(part)]
        if parts:
            each = ", ".join(f"{part} {now.get(part)}, was {then.get(part)}" for part in parts)
            yield f"measure {measure}: {each}"


def _speech(known: Manifest, plan: Plan) -> Iterator[str]:
    now = plan.ingredients.corpus.fingerprint("test")
    if now != known.corpus_fingerprint:
        yield f"the test speech of {plan.suite.corpus} has fingerprint {now}, was {known.corpus_fingerprint}"


def _mixtures(known: Manifest, plan: Plan) -> Iterator[str]:
    kept = set(known.jobs)
    noises = dict.fromkeys(str(job.condition.noise) for job in plan.jobs if job.key not in kept)
    if noises:
        yield f"what is mixed or how it is scored changed for {', '.join(noises)}"
