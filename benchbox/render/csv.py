"""Table -> CSV: one line a system and group, full precision, intervals in columns of their own, no notes."""

import csv
from dataclasses import fields
from io import StringIO
from typing import Any

from benchbox.leaderboard.table import Cell, Row, Spread, Table
from benchbox.records import Cost
from benchbox.render.escape import cell
from benchbox.results.statistics import Interval


def render(table: Table) -> str:
    lines = [_as_data(line) for line in lines_of(table)]
    text = StringIO()
    writer = csv.DictWriter(text, fieldnames=list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def lines_of(table: Table) -> list[dict[str, Any]]:
    """Return column -> value of each line."""
    return [_line(table, row) for row in table.rows]


def _as_data(line: dict[str, Any]) -> dict[str, Any]:
    """Return the line with its text, headings as well, such that no spreadsheet computes it."""
    return {cell(name): cell(value) if isinstance(value, str) else value for name, value in line.items()}


def _line(table: Table, row: Row) -> dict[str, Any]:
    line: dict[str, Any] = dict(zip(table.by, row.group, strict=True))
    line |= {"rank": row.rank, "system": row.system, "kind": row.kind}
    for measure in table.measures:
        line |= _columns(measure.name, row.cells[measure.name])
    return line | {
        "n_ok": row.n_ok,
        "n_failed": row.n_failed,
        "n_missing": row.n_missing,
        "parameters": row.parameters,
        "real_time_factor": row.real_time_factor,
        **_spread("delay_samples", row.output.delay_samples),
        **_spread("gain_db", row.output.gain_db),
        "polarity": row.output.polarity,
        "training_seconds": row.training_seconds,
        **(_costs(row.cost) if table.shows_costs else {}),
        # The legend, which other formats have below.
        **({"spec": row.spec} if any(row.spec not in ("", row.system) for row in table.rows) else {}),
    }


def _columns(name: str, cell: Cell) -> dict[str, Any]:
    return {
        **_limits(name, cell.mean),
        **_limits(f"{name}_delta", cell.delta),
        f"{name}_n": cell.n,
        f"{name}_n_ok": cell.n_ok,
        f"{name}_n_failed": cell.n_failed,
    }


def _spread(name: str, spread: Spread | None) -> dict[str, Any]:
    median, half_range = (None, None) if spread is None else (spread.median, spread.half_range)
    return {name: median, f"{name}_half_range": half_range}


def _costs(cost: Cost | None) -> dict[str, Any]:
    # The parameters have their column already.
    return {
        field.name: getattr(cost, field.name, None) for field in fields(Cost) if field.name != "parameters"
    }


def _limits(name: str, interval: Interval | None) -> dict[str, Any]:
    # None becomes an empty field, which every reader takes for missing.
    values = (None, None, None) if interval is None else (interval.mean, interval.low, interval.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))
