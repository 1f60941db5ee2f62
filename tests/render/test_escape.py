"""Hostile names, units, groups and notes through every format: they stay data."""

import csv
import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

import benchbox
from benchbox.gate.verdict import Comparison, NewFailures, Verdict
from benchbox.leaderboard.table import Cell, Output, Row, Table
from benchbox.plots import plot_training
from benchbox.records import Measure
from benchbox.render import FORMATS, VERDICT_FORMATS, render, render_verdict
from benchbox.render.escape import cell, item, latex, markdown
from benchbox.render.terminal import Leaderboard
from benchbox.results.statistics import Interval
from tests.hostile import HOSTILE, hidden


def table(text: str) -> Table:
    measure = Measure(text, text)
    scores = {text: Cell(Interval(1.0, 0.5, 1.5), Interval(0.1, -0.1, 0.3), 2, 2, 0)}
    output = Output(None, None, None)
    row = Row((text, -5.0), text, "system", 1, scores, 2, 0, None, 0.1, output, None, None)
    noisy = replace(row, system="noisy", kind="reference", rank=None)
    return Table(("noise", "snr"), (measure,), text, 0.95, (noisy, row), (text,))


def verdict(text: str) -> Verdict:
    measure = Measure(text, text)
    interval = Interval(-1.0, -1.5, -0.5)
    worse = Comparison(text, measure, 2.0, 1.0, interval, 0.001, 0.1, 0.1, 20, moved=True, significant=True)
    failures = NewFailures(text, text, 1, 2, text)
    return Verdict((worse,), (failures,), (text,), (text,), 0.05)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_format_lets_a_control_character_through(text: str, format: str) -> None:
    written = render(table(text), format)
    assert not hidden(written)
    written.encode()


@pytest.mark.parametrize("format", VERDICT_FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_verdict_lets_a_control_character_through(text: str, format: str) -> None:
    written = render_verdict(verdict(text), format)
    assert not hidden(written)
    written.encode()


def test_terminal_markup_is_shown_not_obeyed() -> None:
    assert "[red]system[/red]" in render(table("[red]system[/red]"), "rich")
    assert "[red]s[/]" in render_verdict(verdict("[red]s[/]"), "rich")


def test_html_is_shown_not_obeyed() -> None:
    page = Leaderboard(table("<b onload=x>"))._repr_html_()
    assert "&lt;b" in page
    assert "<b" not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_json_gives_names_back_exactly_and_is_ascii(text: str) -> None:
    written = render(table(text), "json")
    assert written.isascii()
    assert json.loads(written)["rows"][1]["system"] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_csv_computes_nothing_and_keeps_numbers(text: str) -> None:
    heading, *rows = csv.reader(StringIO(render(table(text), "csv")))
    for each in (*heading, *(row[0] for row in rows), *(row[3] for row in rows)):
        assert not each.lstrip().startswith(("=", "+", "-", "@"))
    assert [row[1] for row in rows] == ["-5.0", "-5.0"]


def test_csv_leaves_what_is_no_formula() -> None:
    assert cell("vqunet(a=-1)") == "vqunet(a=-1)"
    assert cell("=1") == "'=1"
    assert cell(" =1") == "' =1"


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_keeps_its_cells_and_has_no_link_html_or_emphasis(text: str) -> None:
    lines = render(table(text), "markdown").splitlines()
    counts = {len(re.findall(r"(?<!\\)\|", line)) for line in lines if line.startswith("|")}
    assert counts == {len(re.findall(r"(?<!\\)\|", lines[0]))}
    shown = markdown(text)
    for special in ("`", "*", "<", "~", "$", "|", "](", "][", "]:", "://", "www."):
        assert not re.search(rf"(?<!\\){re.escape(special)}", shown.replace(r"\\", ""))


def test_markdown_leaves_names_as_they_are_read() -> None:
    for text in ("si_sdr", "spectral_sub(over=3.0, floor=0.02)", "3 of 4 & more", "95% intervals."):
        assert markdown(text) == text
    assert item("- item") == r"\- item"
    assert item("# heading") == r"\# heading"
    assert item("1. item") == r"1\. item"
    assert item("[x] done") == r"\[x] done"
    assert item("95% of 3.5") == "95% of 3.5"
    assert markdown("__init__") == r"\_\_init\_\_"


@pytest.mark.parametrize("text", HOSTILE)
def test_latex_holds_no_command_that_is_not_ours(text: str) -> None:
    written = render(table(text), "latex")
    ours = r"\\(?:text(?:backslash|asciitilde|asciicircum|asciigrave|less|greater|bar|bf|it)|multicolumn"
    ours += r"|scriptsize|begin|end|toprule|midrule|bottomrule|uparrow|downarrow|pm|[\\{}_%&#$])"
    left = re.sub(ours, "", "\n".join(line for line in written.splitlines() if not line.startswith("% ")))
    assert "\\" not in left
    assert not set("^~%#_") & set(left)
    assert len([line for line in written.splitlines() if line.startswith("% ")]) == 2


def test_latex_makes_no_dash_of_two_hyphens() -> None:
    assert latex("a--b") == "a-{}-b"


def test_what_pictures_write_is_no_formula(tmp_path: Path) -> None:
    curve = pd.DataFrame({"step": [1, 2], "loss": [1.0, 0.5]})
    plot_training(dict.fromkeys(("$\\frac$ \x1b", "a$b"), curve), tmp_path / "training")
    assert "$\\frac$" in (tmp_path / "training.svg").read_text(encoding="utf-8")


def test_nothing_shown_is_escaped_by_hand() -> None:
    # rich's own `escape` lets control characters through: what is from outside is a Text of one line.
    for file in Path(benchbox.__file__).parent.rglob("*.py"):
        assert "rich.markup" not in file.read_text(encoding="utf-8"), file
