import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchbox.errors import BadRun
from benchbox.leaderboard import leaderboard
from benchbox.plots import plot_heat
from benchbox.runs.folder import Run


def test_every_gain_stands_in_its_place(finished: Run, tmp_path: Path) -> None:
    table = leaderboard(finished.results, by=("noise", "snr"))
    files = plot_heat(table, tmp_path / "heat")
    assert [file.suffix for file in files] == [".png", ".svg", ".pdf"]
    text = files[1].read_text()
    for label in ("si_sdr ↑ (dB), difference to noisy", "nsr ↓, difference to noisy", "log_mmse"):
        assert label in text
    assert "oracle_mask" not in text
    gains = [
        f"{delta.mean:+.1f}"
        for row in table.rows
        if row.kind == "system" and (delta := row.cells["si_sdr"].delta)
    ]
    assert len(gains) == 3 * 4
    drawn = re.findall(r">([+-]\d+\.\d+)<", text)
    assert sorted(drawn[:12]) == sorted(gains)


def test_without_a_noisy_row_there_is_nothing_to_draw(finished: Run, tmp_path: Path) -> None:
    results = finished.results
    scores = results.scores[results.scores["system"] != "noisy"]
    systems = {label: facts for label, facts in results.systems.items() if label != "noisy"}
    table = leaderboard(replace(results, scores=scores, systems=systems), by=("noise",))
    with pytest.raises(BadRun, match="no gains to draw"):
        plot_heat(table, tmp_path / "heat")
