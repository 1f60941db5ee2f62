"""A run that is there and a suite that names its folder -> the suite of both: systems are added to a run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchbox.errors import BadRun
from benchbox.plan.suite import Suite
from benchbox.runs.folder import Run

_ADDED = frozenset({"denoisers", "bounds"})
"""Settings that may differ from those of the run that is there: more systems change nobody's scores."""


def settings_of(output: Path | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with those of the run in the output folder, if there is one, where none are given."""
    known = Run(output).known if output else None
    return {**(known.suite.model_dump(mode="json") if known else {}), **given}


def with_systems_of(run: Run, suite: Suite) -> Suite:
    """Return a suite with the systems that its folder has already, before its own.

    Raises:
        BadRun: the folder holds another suite's run.
    """
    if not run.known:  # Nobody can tell; shards of another suite have other names.
        return suite
    theirs = run.known.suite
    ours, before = suite.scoring, theirs.scoring
    differing = [name for name in ours if name not in _ADDED and before.get(name) != ours[name]]
    if differing:
        raise BadRun(
            f"{run.path} holds another suite's run (it differs in {', '.join(differing)}); "
            f"choose another --output: `benchbox leaderboard {run.path} OTHER` puts both into one table; "
            "or delete that folder"
        )
    # Equal whatever they are called; the name that is given now counts.
    now = {spec: spec for spec in suite.denoisers}
    kept = [now.get(spec, spec) for spec in theirs.denoisers]
    added = [spec for spec in suite.denoisers if spec not in theirs.denoisers]
    both = {"denoisers": (*kept, *added), "bounds": suite.bounds or theirs.bounds, "name": theirs.name}
    return suite.model_copy(update=both)
