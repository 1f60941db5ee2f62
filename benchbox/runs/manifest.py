"""What a run says of itself: the suite, the systems, the metrics, the machine."""

import os
import platform
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from benchbox.plan.jobs import Plan
from benchbox.records import System
from benchbox.registry.discovery import DISTRIBUTION
from benchbox.runs.folder import SCHEMA, Run
from benchbox.systems.system import training_facts

_LIBRARIES = (DISTRIBUTION, "numpy", "scipy", "torch", "pesq", "pystoi", "soxr", "soundfile")


def manifest(run: Run, plan: Plan, leaks: str | None, *, finished: bool) -> dict[str, Any]:
    """Return what manifest.json holds.

    Args:
        leaks: what training and test share, if the suite allows that.
        finished: no job and no training is missing.
    """
    return {
        "schema": SCHEMA,
        "finished": finished,
        "suite": plan.suite.model_dump(mode="json"),
        "leaks": leaks,
        "systems": {system.label: _facts(system, run, plan) for system in plan.systems},
        "measures": [asdict(measure) for measure in plan.measures],
        "identities": plan.identities,
        "corpus_fingerprint": plan.ingredients.corpus.fingerprint("test"),
        "machine": {
            "platform": platform.platform(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "versions": {library: version(library) for library in _LIBRARIES},
        "broken_plugins": plan.ingredients.registry.broken,
        "jobs": [job.key for job in plan.jobs],
    }


def _facts(system: System, run: Run, plan: Plan) -> dict[str, Any]:
    """Return what a table may say of a system beside its scores."""
    facts: dict[str, Any] = {
        "identity": system.identity,
        "trainable": system.trainable,
        "oracle": system.oracle,
        "folder": system.folder,
        "parameters": None,
    }
    if system.trainable:
        return {**facts, **(training_facts(system, run.systems_folder) or {})}
    return {**facts, "parameters": plan.ingredients.denoisers[system.spec].parameters}
