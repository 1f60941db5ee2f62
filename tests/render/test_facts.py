"""Costs, and delay, gain and polarity, where they are worth a column."""

import re
from dataclasses import replace

from benchbox.leaderboard.table import Output, Spread
from benchbox.render import numbers, render
from benchbox.render.terminal import Leaderboard
from tests.render.shapes import (
    GROUPED,
    line_of,
    shown,
    table,
    with_facts,
)


def test_costs_stand_in_a_table_of_their_own_instead_of_the_timings() -> None:
    shape = with_facts(table(), late="nobody")
    text = shown(Leaderboard(shape), 140)
    line = " ".join(line_of(text, "vqunet", "MACs/s").split())
    assert line == "vqunet 512 k 1.2 G / 1.31 G 0.013 / 0.018 32 217 2.1 MB 8 min"
    spectral = " ".join(line_of(text, "spectral_sub", "MACs/s").split())
    assert spectral.replace(numbers.DASH, "?").endswith(") ? ? 0.0061 / 0.0069 utterance 7.0 ? ?")
    assert "0.021" not in text
    assert "oracle_mask" not in text[text.index("MACs/s") :]
    markdown = render(shape, "markdown")
    assert "| 1.2 G / 1.31 G " in line_of(markdown, "| vqunet ", "MACs/s (network / total)")
    assert "real-time factor" not in markdown
    latex = render(shape, "latex")
    assert latex.count(r"\begin{tabular}") == latex.count(r"\end{tabular}") == 2
    assert "1.2 G / 1.31 G & 0.013 / 0.018 & 32 & 217 & 2.1 MB & 8 min" in latex


def test_a_narrow_terminal_shows_all_costs_side_by_side() -> None:
    text = shown(Leaderboard(with_facts(table(), late="nobody")), 80)
    assert text.count("───\n") == 2
    assert re.search(r"vqunet +512 k +1\.2 G +0\.013 +32 +217 +2\.1 MB +8 min", text)


def test_costs_are_told_once_whatever_the_groups() -> None:
    for name in ("rich", "markdown", "latex"):
        text = render(with_facts(GROUPED), name)
        assert text.count("2.1 MB") == 1


def test_a_late_system_shows_delay_gain_and_polarity_of_all() -> None:
    shape = with_facts(table(), costs=False)
    line = " ".join(line_of(shown(Leaderboard(shape), 100), "vqunet", "delay").split())
    assert line == "vqunet 160.0 ±0.0 -20.0 ±0.3 -"
    assert " ".join(line_of(shown(Leaderboard(shape), 100), "noisy", "delay").split()).endswith("-0.4 ±0.2 +")
    assert "| 160.0 ±0.0 " in line_of(render(shape, "markdown"), "| vqunet ", "delay (samples)")
    assert r"vqunet & 160.0 $\pm$0.0 & $-20.0 \pm 0.3$ & $-$ \\" in render(shape, "latex")


def test_delay_gain_and_polarity_are_not_shown_where_they_are_no_news() -> None:
    shape = with_facts(table(), costs=False, late="oracle_mask")  # a bound
    assert not any("delay" in render(shape, name) for name in ("rich", "markdown", "latex"))


def test_some_clips_upside_down_are_told_as_their_part() -> None:
    mixed = Output(Spread(0.0, 0.0), None, 0.5)
    rows = tuple(replace(row, output=mixed) for row in table().rows)
    line = " ".join(line_of(shown(Leaderboard(replace(table(), rows=rows)), 100), "vqunet", "delay").split())
    assert line == f"vqunet 0.0 ±0.0 {numbers.DASH} 25% -"
