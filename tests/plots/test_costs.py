from dataclasses import replace
from pathlib import Path

import pytest

from benchbox.errors import BadRun
from benchbox.leaderboard import leaderboard
from benchbox.plots.costs import front_of, plot_costs
from benchbox.records import Cost
from benchbox.runs.folder import Run


def test_the_front_is_what_no_other_beats_in_both() -> None:
    points = [(1.0, 2.0), (2.0, 1.0), (3.0, 5.0), (3.0, 4.0), (4.0, 5.0)]
    assert front_of(points, higher_is_better=True) == [(1, 2), (3, 5)]
    assert front_of(points, higher_is_better=False) == [(1, 2), (2, 1)]


def test_each_cost_that_is_known_of_two_systems_has_a_panel(finished: Run, tmp_path: Path) -> None:
    table = leaderboard(finished.results)
    text = plot_costs(table, tmp_path / "timed")[1].read_text()
    assert "real-time factor" in text
    assert "algorithmic delay" not in text  # not measured
    delays = {"wiener": 0.0, "log_mmse": 40.0, "spectral_sub": None}
    costs = {name: Cost(3, 1e6, None, None, 0.1, 0.2, delay, None) for name, delay in delays.items()}
    measured = replace(table, rows=tuple(replace(row, cost=costs.get(row.system)) for row in table.rows))
    text = plot_costs(measured, tmp_path / "measured")[1].read_text()
    for label in ("algorithmic delay (ms)", "wiener", "si_sdr ↑ (dB)"):
        assert label in text
    assert "oracle_mask" not in text


def test_costs_of_one_system_are_no_picture(run: Run, tmp_path: Path) -> None:
    with pytest.raises(BadRun, match="no costs to draw"):
        plot_costs(leaderboard(run.results), tmp_path / "none")
