"""Runs -> a folder of static pages: who is ahead in each run, how systems went, and the runs' pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchbox.leaderboard import Table, leaderboard
from benchbox.leaderboard.table import Row
from benchbox.render import numbers
from benchbox.render.badge import svg
from benchbox.render.escape import plain
from benchbox.report.headline import compared, separated
from benchbox.report.page import render_template
from benchbox.results.record import Results


@dataclass(frozen=True)
class Entry:
    """One run on the board."""

    name: str
    """Of its folder; unique."""
    page: str | None
    """Where its own page lies, below the site; None: it has none."""
    compared: str
    separated: str
    warnings: tuple[str, ...]


class Document(NamedTuple):
    """A further page of a site."""

    title: str
    page: str
    """Where it lies, below the site."""


def render_site(
    runs: Mapping[str, Results], pages: Mapping[str, str], documents: Sequence[Document] = ()
) -> dict[str, str]:
    """Return path below the site -> text, of all but the runs' own pages.

    Args:
        runs: name -> what was measured, oldest first.
        pages: name -> where the run's own page lies, below the site; of some or all.
    """
    tables = {name: leaderboard(results) for name, results in runs.items()}
    entries = [
        Entry(
            plain(name),
            pages.get(name),
            plain(compared(results, tables[name])),
            plain(separated(tables[name])),
            tuple(map(plain, tables[name].warnings)),
        )
        for name, results in runs.items()
    ]
    newest = list(tables.values())[-1]
    history = {measure.name: _history(tables, measure.name) for measure in newest.measures}
    page = render_template(
        "site.html.j2",
        entries=entries[::-1],
        names=list(map(plain, tables)),
        history={plain(name): rows for name, rows in history.items()},
        documents=[Document(plain(each.title), each.page) for each in documents],
    )
    return {"index.html": page, "badge.svg": svg(newest), ".nojekyll": ""}


def _history(tables: Mapping[str, Table], measure: str) -> list[tuple[str, list[str]]]:
    """Return each system with its mean in each run, and its rank there where the measure ranks."""
    systems = dict.fromkeys(row.system for table in reversed([*tables.values()]) for row in table.rows)
    return [
        (plain(system), [_cell(table, system, measure) for table in tables.values()]) for system in systems
    ]


def _cell(table: Table, system: str, name: str) -> str:
    row: Row | None = next((row for row in table.rows if row.system == system), None)
    measure = next((each for each in table.measures if each.name == name), None)
    if row is None or measure is None or (mean := row.cells[name].mean) is None:
        return numbers.DASH
    digits = numbers.decimals(measure)
    rank = f" (#{row.rank})" if row.rank and name == table.primary else ""
    return f"{numbers.fixed(mean.mean, digits)} {numbers.margin(mean, digits)}".strip() + rank


def unique_names(paths: Sequence[Path]) -> list[str]:
    """Return a file name for each run, in their order: its folder's, numbered where two are called alike."""
    from benchbox.runs.sounds import file_name

    names: list[str] = []
    for path in paths:
        name = file_name(path.resolve().name) or "run"
        count = sum(each == name or each.startswith(f"{name}~") for each in names)
        names.append(f"{name}~{count + 1}" if count else name)
    return names
