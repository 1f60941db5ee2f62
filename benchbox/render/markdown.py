"""Table -> GitHub markdown: mean, interval and difference to noisy in one cell, the best in bold."""

from collections.abc import Iterable, Iterator, Sequence

from tabulate import tabulate

from benchbox.leaderboard.table import Group, Row, Table, heading, label_of
from benchbox.records import Measure
from benchbox.render import numbers
from benchbox.render.escape import item
from benchbox.render.escape import markdown as escaped
from benchbox.render.facts import cost_columns, output_columns, systems_of


def render(table: Table) -> str:
    headers = [
        *map(escaped, table.by),
        "#",
        "system",
        *(_heading(measure) for measure in table.measures),
        "ok / failed",
        *([] if table.shows_costs else ["parameters", "real-time factor"]),
    ]
    lines = [
        [*_group(group), *_line(row, rows, table), *([] if table.shows_costs else _timing(row))]
        for group, rows in table.groups()
        for row in rows
    ]
    notes = "".join(f"- {item(note)}\n" for note in table.notes)
    return "\n\n".join([_grid(headers, lines), *_facts(table), notes])


def _grid(headers: list[str], lines: Iterable[Sequence[str]]) -> str:
    # Numbers come formatted: tabulate must not read them again.
    grid: str = tabulate(lines, headers, tablefmt="github", disable_numparse=True)
    return grid


def _facts(table: Table) -> Iterator[str]:
    if columns := output_columns(table) + cost_columns(table):
        names = [escaped(row.system) for row in systems_of(table)]
        headers = ["system", *(column.heading for column in columns)]
        yield _grid(headers, zip(names, *(column.lines() for column in columns), strict=True))


def _heading(measure: Measure) -> str:
    return escaped(heading(measure) + (f" ({measure.unit})" if measure.unit else ""))


def _group(group: Group) -> list[str]:
    return [escaped(label_of((value,))) for value in group]


def _line(row: Row, rows: list[Row], table: Table) -> list[str]:
    return [
        numbers.rank(row),
        escaped(numbers.name(row)),
        *(_cell(row, measure, row.system in numbers.best(rows, measure)) for measure in table.measures),
        f"{row.n_ok} / {row.n_failed}",
    ]


def _timing(row: Row) -> list[str]:
    return [numbers.parameters(row.parameters), numbers.real_time_factor(row.real_time_factor)]


def _cell(row: Row, measure: Measure, best: bool) -> str:
    cell, digits = row.cells[measure.name], numbers.decimals(measure)
    if cell.mean is None:
        return numbers.DASH
    mean = numbers.fixed(cell.mean.mean, digits)
    delta = numbers.signed(cell.delta.mean, digits) if cell.delta else ""
    return " ".join(
        part for part in (f"**{mean}**" if best else mean, numbers.limits(cell.mean, digits), delta) if part
    )
