"""Table -> GitHub markdown: mean, interval and difference to noisy in one cell, the best in bold."""

from tabulate import tabulate

from benchbox.leaderboard.table import Group, Row, Table, heading, label_of
from benchbox.records import Measure
from benchbox.render import numbers


def render(table: Table) -> str:
    headers = [
        *table.by,
        "#",
        "system",
        *(_heading(measure) for measure in table.measures),
        "ok / failed",
        "parameters",
        "real-time factor",
    ]
    lines = [
        [*_group(group), *_line(row, rows, table.measures)] for group, rows in table.groups() for row in rows
    ]
    # Numbers come formatted: tabulate must not read them again.
    grid = tabulate(lines, headers, tablefmt="github", disable_numparse=True)
    notes = "".join(f"- {escaped(note)}\n" for note in table.notes)
    return f"{grid}\n\n{notes}"


def _heading(measure: Measure) -> str:
    unit = f" ({measure.unit})" if measure.unit else ""
    return escaped(heading(measure)) + unit


def _group(group: Group) -> list[str]:
    return [escaped(label_of((value,))) for value in group]


def _line(row: Row, rows: list[Row], measures: tuple[Measure, ...]) -> list[str]:
    return [
        numbers.rank(row),
        escaped(numbers.name(row)),
        *(_cell(row, measure, row.system in numbers.best(rows, measure)) for measure in measures),
        f"{row.n_ok} / {row.n_failed}",
        numbers.parameters(row.parameters),
        numbers.real_time_factor(row.real_time_factor),
    ]


def _cell(row: Row, measure: Measure, best: bool) -> str:
    cell, digits = row.cells[measure.name], numbers.decimals(measure)
    if cell.mean is None:
        return numbers.DASH
    mean = numbers.fixed(cell.mean.mean, digits)
    delta = numbers.signed(cell.delta.mean, digits) if cell.delta else ""
    return " ".join(
        part for part in (f"**{mean}**" if best else mean, numbers.limits(cell.mean, digits), delta) if part
    )


def escaped(text: str) -> str:
    """Return text that stays itself inside a table cell."""
    for special in "\\|*<`":
        text = text.replace(special, f"\\{special}")
    return text
