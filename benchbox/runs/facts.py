"""Plan -> Manifest: what a run says of itself when it starts and when it ends."""

import os
import platform
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from benchbox.plan.jobs import Plan
from benchbox.records import Cost, System
from benchbox.results.record import ConditionFacts, Machine, SystemFacts
from benchbox.runs.manifest import Manifest
from benchbox.systems.system import training_facts


def make_manifest(
    plan: Plan,
    systems: Path,
    leaks: str | None,
    costs: Mapping[str, Cost],
    *,
    finished: bool,
    unsteady: tuple[str, ...] = (),
) -> Manifest:
    """Return what manifest.json is to hold.

    Args:
        systems: where the trained systems lie.
        leaks: what training and test share, if the suite allows that.
        costs: what is known of them, see `known_costs`.
        finished: no job and no training is missing.
        unsteady: what did not give the same twice.
    """
    return Manifest(
        finished=finished,
        suite=plan.suite,
        leaks=leaks,
        unsteady=unsteady,
        systems={system.label: _facts(system, systems, plan, costs) for system in plan.systems},
        measures=plan.measures,
        # A stranger's metric may give numbers where texts are wanted.
        identities={
            measure: {part: str(value) for part, value in identity.items()}
            for measure, identity in plan.identities.items()
        },
        corpus_fingerprint=plan.ingredients.corpus.fingerprint("test"),
        machine=_machine(),
        broken_plugins=plan.ingredients.registry.broken,
        conditions=_conditions(plan),
        jobs=tuple(job.key for job in plan.jobs),
        sealed=True,
        holds=plan.ingredients.corpus.holds,
    )


def known_costs(manifest: Manifest) -> dict[str, Cost]:
    """Return identity of a system -> its cost, where it was measured on this machine."""
    if manifest.machine != _machine():
        return {}
    return {facts.identity: facts.cost for facts in manifest.systems.values() if facts.cost}


def _machine() -> Machine:
    return Machine(platform.platform(), platform.machine(), os.cpu_count(), platform.python_version())


def _facts(system: System, systems: Path, plan: Plan, costs: Mapping[str, Cost]) -> SystemFacts:
    """Return what is known of a system without running it."""
    trained = training_facts(system, systems) if system.trainable else None
    if system.trainable:
        parameters = trained.parameters if trained else None
    else:
        parameters = plan.ingredients.denoisers[system.spec].parameters
    return SystemFacts(
        identity=system.identity,
        trainable=system.trainable,
        oracle=system.oracle,
        folder=system.folder,
        parameters=parameters,
        training_seconds=trained.training_seconds if trained else None,
        cost=costs.get(system.identity),
        spec=str(system.spec),
    )


def _conditions(plan: Plan) -> tuple[ConditionFacts, ...]:
    """Return each condition with its number of clips, which is the same for every system."""
    system = plan.systems[0]
    clips: Counter[tuple[str, float | None]] = Counter()
    for job in plan.jobs:
        if job.system == system:
            clips[str(job.condition.noise), job.condition.snr_db] += len(job.entries)
    return tuple(ConditionFacts(noise, snr_db, count) for (noise, snr_db), count in clips.items())
