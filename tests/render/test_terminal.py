"""A table on a terminal, however wide."""

import re
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from benchbox.leaderboard.table import Table
from benchbox.records import Measure
from benchbox.render.terminal import Leaderboard
from tests.render.shapes import (
    GROUPED,
    MEASURES,
    NOTES,
    shown,
    table,
    with_facts,
    without_scores,
)


@pytest.mark.parametrize("width", [80, 100, 140, 200])
@pytest.mark.parametrize(
    "shape", [table(), GROUPED, table(measures=MEASURES * 3), without_scores(), with_facts(GROUPED)]
)
def test_a_terminal_table_fits_and_cuts_no_number(shape: Table, width: int) -> None:
    lines = shown(Leaderboard(shape), width).splitlines()
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)


def test_a_narrow_terminal_shows_four_measures_side_by_side() -> None:
    (line,) = (line for line in shown(Leaderboard(table()), 80).splitlines() if line.startswith("1  vqunet"))
    assert re.findall(r"[\d.]+±[\d.]+", line) == ["2.43±0.06", "0.862±0.008", "12.9±0.5", "0.058±0.004"]


def notes_of(shape: Table, width: int = 80) -> list[str]:
    lines = shown(Leaderboard(shape, explain=False), width).splitlines()
    return lines[next(number for number, line in enumerate(lines) if line.startswith("·")) :]


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("words", [3, 14, 30, 100])
def test_the_first_screen_has_four_lines_of_notes_and_one_that_names_the_rest(words: int, width: int) -> None:
    notes = tuple(f"{number}: {'word ' * words}".strip() for number in range(6))
    lines = notes_of(replace(table(), notes=notes, warnings=notes[:5]), width)
    assert 2 <= len(lines) <= 5
    assert lines[0].startswith("· 0: word")
    assert lines[-1].rstrip().endswith(": --explain")
    whole = sum(line.startswith("·") for line in lines) - 1
    hidden = max(0, 5 - whole)
    assert (f"· {hidden} more warning" in lines[-1]) == (hidden > 0)


def test_short_notes_are_all_on_the_first_screen() -> None:
    text = " ".join(" ".join(notes_of(table())).split())
    assert text == f"· {NOTES[0]} · {NOTES[1]} · what the numbers mean and 0 more notes: --explain"


def test_a_wide_terminal_shows_everything_of_a_system_on_one_line() -> None:
    (line,) = (line for line in shown(Leaderboard(table()), 160).splitlines() if line.startswith("1  vqunet"))
    for part in ("1", "2.43 ±0.06", "+0.83", "-0.242", "20 / 0", "512 k", "0.021"):
        assert part in line


def test_a_terminal_too_narrow_for_all_measures_shows_them_in_parts() -> None:
    many = tuple(Measure(f"measure_{number}", bounds=(0.0, 1.0)) for number in range(12))
    text = shown(Leaderboard(table(measures=many)), 80)
    assert all(f"measure_{number} ↑" in text for number in range(12))


def test_decimal_points_stand_below_each_other() -> None:
    lines = shown(Leaderboard(table()), 140).splitlines()
    points = {line.index(".", line.index("±") - 6) for line in lines if "±0.06" in line}
    assert len(points) == 1


def test_the_best_is_bold_and_sure_gains_are_green() -> None:
    console = Console(width=160, file=StringIO(), force_terminal=True, color_system="standard")
    console.print(Leaderboard(table()))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[1m 2.43" in text or "\x1b[1m2.43" in text
    assert "\x1b[1m3.60" not in text  # a bound is no winner
    assert re.search(r"\x1b\[32m *\+0\.83", text)
    assert re.search(r"\x1b\[32m *-0\.242", text)  # lower is better
