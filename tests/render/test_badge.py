import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from benchbox.leaderboard import leaderboard
from benchbox.leaderboard.table import Table
from benchbox.render.badge import message, shields, svg
from benchbox.runs.folder import Run


@pytest.fixture
def table(run: Run) -> Table:
    return leaderboard(run.results)


def named(table: Table, name: str) -> Table:
    rows = [replace(row, system=name) if row.system == "half" else row for row in table.rows]
    return replace(table, rows=tuple(rows))


def test_a_badge_tells_who_is_ahead(table: Table) -> None:
    assert message(table) == ("benchbox si_sdr", "half 1.5 dB")
    assert json.loads(shields(table)) == {
        "schemaVersion": 1,
        "label": "benchbox si_sdr",
        "message": "half 1.5 dB",
        "color": "0072B2",
    }


def test_ties_are_counted_and_nothing_is_no_score(table: Table) -> None:
    half = next(row for row in table.rows if row.system == "half")
    assert message(replace(table, rows=(half, half)))[1] == "half and 1 tied 1.5 dB"
    assert message(replace(table, rows=()))[1] == "no scores"


def test_a_badge_says_why_its_number_may_mislead(table: Table) -> None:
    told = (
        "UNFINISHED: 3 of 8 are scored.",
        "a: NOT REPEATABLE: b.",
        "LEAKAGE: x.",
        "UNFINISHED: y.",
        "Holds for 2.",
    )
    assert message(replace(table, warnings=told))[1] == "half 1.5 dB (unfinished, not repeatable, leakage)"


def test_hostile_names_stay_text(table: Table) -> None:
    picture = svg(named(table, "<script>&\"'\x1b"))
    root = ElementTree.fromstring(picture)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {
        "svg", "title", "clipPath", "rect", "g", "text",
    }  # fmt: skip
    assert root.get("aria-label") == "benchbox si_sdr: <script>&\"'\\x1b 1.5 dB"
