"""A table as LaTeX."""

import re

from benchbox.leaderboard.table import Row, Table
from benchbox.render import render
from tests.render.shapes import (
    GROUPED,
    MEASURES,
    table,
)


def test_latex_escapes_and_balances() -> None:
    text = render(table(), "latex")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert r"\begin{tabular}{rlllllrr}" in body
    assert r"pesq\_nb $\uparrow$" in body
    assert r"\textbf{2.43} {\scriptsize [2.37, 2.49]}" in body
    assert not re.search(r"(?<!\\)[_%#]", body)
    assert body.count("{") == body.count("}")
    assert {line.count("&") for line in body.splitlines() if "&" in line} == {7}
    assert r"\textit{white, -5 dB}" in render(GROUPED, "latex")


def test_latex_survives_every_special_character() -> None:
    odd = table().rows[1]
    odd = Row(**{**vars(odd), "system": r"a_b(path=\x{50%}~^&#$)"})
    text = render(Table((), MEASURES, "pesq_nb", 0.95, (odd,), ()), "latex")
    assert r"a\_b(path=\textbackslash{}x\{50\%\}\textasciitilde{}\textasciicircum{}\&\#\$)" in text
