"""Text from outside as each format may have it: it stays data, and becomes no markup and no formula."""

import re

from benchbox.errors import one_line
from benchbox.render.numbers import DASH

_MARKDOWN = re.compile(
    r"([\\`*<|~$]"  # code, emphasis, HTML, cells, strikethrough, formulas
    r"|\](?=[(\[:])"  # links and pictures
    r"|&(?=#?\w+;)"  # entities
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis, but not within a word
    r"|(?<=\w):(?=//)|(?<=www)\.)",  # what GitHub makes a link by itself
    re.IGNORECASE,
)
_ITEM = re.compile(r"^(\d*)(?=[-+>#=.)\[])")
"""Lists, quotes, headings, boxes to tick."""

_LATEX = {
    "\0": "{}",
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "_": r"\_",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "±": r"$\pm$",
    DASH: "--",
}

_FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001 - spreadsheets take the wide ones, too


def markdown(text: str) -> str:
    """Return text that stays itself inside a line or a table cell of GitHub."""
    return _MARKDOWN.sub(r"\\\1", one_line(text))


def item(text: str) -> str:
    """Return text that stays itself as an item of a list."""
    return _ITEM.sub(r"\1\\", markdown(text))


def latex(text: str) -> str:
    """Return text that LaTeX sets as it is."""
    return "".join(_LATEX.get(character, character) for character in one_line(text).replace("--", "-\0-"))


def cell(text: str) -> str:
    """Return text that a spreadsheet does not compute: behind a leading apostrophe where it would."""
    text = one_line(text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
