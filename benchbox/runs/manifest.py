"""manifest.json: what a run says of itself, as a record; it is written and read here only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from benchbox.errors import BadRun, Damaged
from benchbox.files import as_record, from_record, read_json, write_json
from benchbox.plan.suite import Suite
from benchbox.records import Cost, Holding, Measure, System
from benchbox.results.record import ConditionFacts, Machine, Setting, SystemFacts

_FILE_NAME = re.compile(r"(?!\.)[\w.-]{0,200}", re.ASCII)

SCHEMA = 2
"""1: no conditions, facts of systems as they came."""


@dataclass(frozen=True)
class Manifest:
    """What was run, by which code, where, and how far it is."""

    finished: bool
    """No job and no training is missing."""
    suite: Suite
    leaks: str | None
    """What training and test share, where the suite allows that."""
    unsteady: tuple[str, ...]
    """Sentences on what did not give the same twice: a noise, a system or a metric."""
    systems: Mapping[str, SystemFacts]
    """By label, in the order of the suite."""
    measures: tuple[Measure, ...]
    identities: Mapping[str, Mapping[str, str]]
    """Measure -> the implementation that gives it."""
    corpus_fingerprint: str
    machine: Machine
    broken_plugins: Mapping[str, str]
    """Entry point -> why it could not be loaded."""
    conditions: tuple[ConditionFacts, ...]
    jobs: tuple[str, ...]
    """Their keys: the names of the shards, in the order in which tables are put together."""
    sealed: bool = False
    """Every shard has a checksum; earlier versions of benchbox wrote none."""
    holds: Holding = "clean"
    """What the corpus holds: what is not clean speech is scored as it was recorded."""

    @property
    def setting(self) -> Setting:
        """Return what of the suite decides mixtures and scores."""
        suite = self.suite
        mixed = self.holds == "clean"
        return Setting(
            corpus=str(suite.corpus),
            noises=tuple(map(str, suite.noises)) if mixed else (),
            snrs=suite.snrs if mixed else (),
            snr_definition=suite.snr_definition,
            seed=suite.seed,
            limit=suite.limit,
            align=suite.align,
        )

    def renamed(self, suite: Suite, systems: Sequence[System]) -> Self:
        """Return the same of a suite whose systems are called otherwise."""
        known = {facts.spec or label: facts for label, facts in self.systems.items()}
        facts = {system.label: replace(known[str(system.spec)], spec=str(system.spec)) for system in systems}
        return replace(self, suite=suite, systems=facts)

    def with_cost(self, system: str, cost: Cost) -> Self:
        """Return the same after a system's cost was measured."""
        return replace(self, systems={**self.systems, system: replace(self.systems[system], cost=cost)})


def write_manifest(path: Path, manifest: Manifest) -> None:
    write_json(path, {"schema": SCHEMA, **from_record(manifest)})


def read_manifest(path: Path) -> Manifest:
    """Read what `write_manifest` wrote, now or in an earlier version of benchbox.

    Raises:
        BadRun: the file is missing, or another version wrote it that is not known here.
        Damaged: it is not what was written.
    """
    try:
        return _read(path)
    except Damaged as error:
        raise Damaged(f"{error}; the same `benchbox run` makes it anew and keeps what is whole") from None


def _read(path: Path) -> Manifest:
    content = read_json(path)
    schema = content.get("schema")
    if schema == 1:
        content = _from_first(content)
    elif schema != SCHEMA:
        raise BadRun(f"{path} has schema {schema!r:.40}, this benchbox reads 1 to {SCHEMA}; run it again")
    manifest = as_record(content, Manifest, path)
    if not manifest.measures:
        raise Damaged(f"{path} is damaged: measures: there are none")
    for name in (*manifest.jobs, *(facts.folder for facts in manifest.systems.values())):
        if not _FILE_NAME.fullmatch(name):
            raise Damaged(f"{path} is damaged: {name!r:.80} names no file of a run")
    return manifest


def _from_first(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "conditions": [], "unsteady": []}
