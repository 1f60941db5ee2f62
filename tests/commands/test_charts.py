"""The charts of the report's page as `benchbox plot` draws them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchbox.runs.folder import Run

Command = Callable[..., Any]


@pytest.mark.parametrize("width", [(), ("--width", "column")])
@pytest.mark.parametrize("what", ["heat", "differences", "costs"])
def test_every_chart_of_the_page_is_drawn(
    what: str, width: tuple[str, ...], finished: Run, tmp_path: Path, benchbox: Command
) -> None:
    done = benchbox("plot", finished.path, "--what", what, *width, "--output", tmp_path)
    assert done.code == 0, done.err
    assert done.out.split() == [f"{tmp_path}/{what}.{suffix}" for suffix in ("png", "svg", "pdf")]


def test_the_best_system_is_compared_with_each_other_one(
    finished: Run, tmp_path: Path, benchbox: Command
) -> None:
    assert benchbox("plot", finished.path, "--what", "differences", "--output", tmp_path).code == 0
    text = (tmp_path / "differences.svg").read_text()
    ranked = [row for row in finished.leaderboard().table.rows if row.rank]
    best, *others = [row.system for row in sorted(ranked, key=lambda row: row.rank or 0)]
    assert all(f"{best} less {other}" in text for other in others)


def test_a_run_of_one_system_has_no_differences_and_no_costs(run: Run, benchbox: Command) -> None:
    for what in ("differences", "costs"):
        assert benchbox("plot", run.path, "--what", what).out == ""
