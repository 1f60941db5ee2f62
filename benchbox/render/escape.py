"""Text from outside as each format may have it: it stays data, and becomes no markup and no formula."""

import json
import re
from typing import Any

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


def plain(text: str) -> str:
    """Return text for a place that takes no markup at all: an attribute, or what a script sets as text."""
    return one_line(text)


def script_json(content: Any) -> str:
    """Return JSON that stays inside a <script> of HTML, whatever its texts say; strict, and ASCII."""
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    # A browser looks for "</script" and "<!--" before it reads JSON.
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
