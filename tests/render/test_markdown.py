"""A table as Markdown."""

from benchbox.render import render
from tests.render.shapes import (
    GROUPED,
    table,
)


def test_markdown_is_a_table_with_arrows_units_bold_winners_and_notes() -> None:
    lines = render(table(), "markdown").splitlines()
    assert "si_sdr ↑ (dB)" in lines[0]
    assert "nsr ↓" in lines[0]
    (line,) = (line for line in lines if "| vqunet " in line)
    assert "**2.43** [2.37, 2.49] +0.83" in line
    assert "**3.60**" not in "".join(lines)
    assert r"- vqunet \| unet are tied." in lines
    columns = {line.count("|") - 2 * line.count(r"\|") for line in lines if line.startswith("|")}
    assert len(columns) == 1


def test_markdown_repeats_the_group_on_every_row() -> None:
    lines = [line for line in render(GROUPED, "markdown").splitlines() if line.startswith("|")]
    assert [line.split("|")[1:3] for line in lines[2:]] == [[" white   ", " -5 dB     "]] * 4 + [
        [" car     ", " own level "]
    ] * 4
