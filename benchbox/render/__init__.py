"""Tables and verdicts as text: terminal, markdown, csv, json, latex."""

from collections.abc import Callable, Mapping

from benchbox.errors import UnknownName
from benchbox.gate.verdict import Verdict
from benchbox.leaderboard.table import Table
from benchbox.render import csv, json, latex, markdown, terminal, verdict
from benchbox.render.terminal import Leaderboard

__all__ = ["FORMATS", "VERDICT_FORMATS", "Leaderboard", "render", "render_verdict"]

FORMATS: Mapping[str, Callable[[Table], str]] = {
    "rich": terminal.render,
    "markdown": markdown.render,
    "csv": csv.render,
    "json": json.render,
    "latex": latex.render,
}

VERDICT_FORMATS: Mapping[str, Callable[[Verdict], str]] = {
    "rich": verdict.render_rich,
    "markdown": verdict.render_markdown,
    "json": verdict.render_json,
}


def render(table: Table, format: str) -> str:
    """Return a leaderboard as text. In colour: `rich.print(Leaderboard(table))`.

    Raises:
        UnknownName: there is no such format.
    """
    if format not in FORMATS:
        raise UnknownName("format", format, FORMATS)
    return FORMATS[format](table)


def render_verdict(verdict: Verdict, format: str) -> str:
    """Return a verdict as text. In colour: `rich.print(benchbox.render.verdict.Report(verdict))`.

    Raises:
        UnknownName: there is no such format.
    """
    if format not in VERDICT_FORMATS:
        raise UnknownName("format", format, VERDICT_FORMATS)
    return VERDICT_FORMATS[format](verdict)
