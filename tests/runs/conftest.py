"""A small run folder, made without running anything."""

from pathlib import Path

import pytest

from benchbox.plan.suite import Suite
from benchbox.records import Cost, Evaluation, Measure, Score, Timing
from benchbox.results.record import ConditionFacts, Machine, SystemFacts
from benchbox.runs.folder import Run
from benchbox.runs.manifest import Manifest


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    return Manifest(
        finished=True,
        suite=Suite(denoisers="half", noises="white", snrs=[5], metrics="si_sdr", limit=2),
        leaks=None,
        systems={
            "noisy": SystemFacts(identity="noisy 1"),
            "half": SystemFacts("half 1", parameters=3, cost=Cost(3, 1.0, None, None, 0.1, 0.2, 0.0, None)),
        },
        measures=(Measure("si_sdr", "dB", bounds=(-100.0, None)),),
        identities={"si_sdr": {"library": "benchbox", "version": "1"}},
        corpus_fingerprint="abc",
        machine=Machine("Linux", "x86_64", 2, "3.11"),
        versions={"numpy": "2.0"},
        broken_plugins={},
        conditions=(ConditionFacts("white", 5.0, 2),),
        jobs=("noisy-key", "half-key"),
    )


@pytest.fixture
def run(tmp_path: Path, manifest: Manifest) -> Run:
    """Return a run of two systems on two clips."""
    made = Run(tmp_path / "run")
    for system in manifest.systems:
        rows = [
            Score(
                system, "white", 5.0, f"u{clip}", f"r{clip}", None, f"m{clip}", "si_sdr", 1.0 + clip,
                "ok", None, 5.0, 4.0, 0.0, 0.0, 1.0,
            )
            for clip in range(2)
        ]  # fmt: skip
        times = [Timing(system, "white", 5.0, f"u{clip}", 2.0, 0.1) for clip in range(2)]
        made.write(Evaluation(f"{system}-key", rows, times))
    made.write_manifest(manifest)
    return made
