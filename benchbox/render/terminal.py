"""Table -> a rich table that fits its terminal: one line a system where there is room, or two, or parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table as Grid
from rich.text import Text

from benchbox.leaderboard.table import Cell, Row, Table, heading, label_of
from benchbox.records import Measure
from benchbox.render import numbers

Layout: TypeAlias = Literal["line", "stacked", "compact", "tall"]
"""All on one line; the difference below its mean; the costs below the system, too; the interval, too."""

_BREAKS: dict[Layout, tuple[str, str]] = {
    "line": (" ", " "),
    "stacked": (" ", "\n"),
    "compact": ("", "\n"),
    "tall": ("\n", "\n"),
}
"""What stands between a mean and its margin, and between that and the difference to noisy."""

_LEGEND = "± is the larger side of the interval, the signed number the difference to noisy."


def render(table: Table) -> str:
    """Return plain text as wide as the terminal."""
    return plain(Leaderboard(table))


def plain(renderable: RenderableType) -> str:
    """Return what a console as wide as the terminal would show, without colours."""
    lines = Console().render_lines(renderable, pad=False)
    return "".join("".join(segment.text for segment in line).rstrip() + "\n" for line in lines)


@dataclass(frozen=True)
class Leaderboard:
    """What a rich console prints of a table, at any width."""

    table: Table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self._grids(console, options)
        yield Text()
        notes = Grid.grid(padding=(0, 1))
        for note in (*self.table.notes, _LEGEND):
            notes.add_row(Text("·", style="dim"), Text(note, style="dim"))
        yield notes

    def _grids(self, console: Console, options: ConsoleOptions) -> Iterator[Grid]:
        """Give the roomiest layout that fits; where none does, several parts with fewer measures each."""

        def fits(grid: Grid) -> bool:
            unlimited = options.update(width=10_000)
            return console.measure(grid, options=unlimited).maximum <= options.max_width

        whole = (_grid(self.table, self.table.measures, layout) for layout in _BREAKS)
        if (grid := next(filter(fits, whole), None)) is not None:
            yield grid
            return
        measures = self.table.measures
        while measures:
            size = len(measures)
            while size > 1 and not fits(_grid(self.table, measures[:size], "tall")):
                size -= 1
            yield _grid(self.table, measures[:size], "tall")
            measures = measures[size:]


def _grid(table: Table, measures: Sequence[Measure], layout: Layout) -> Grid:
    grid = Grid(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold"
    )
    grid.add_column("#", justify="right")
    # Names with many options may take several lines, numbers must not.
    compact = layout in ("compact", "tall")
    grid.add_column(
        Text("system\n").append("ok/failed · size · RTF", "dim") if compact else "system",
        max_width=22 if compact else 40,
        overflow="fold",
    )
    for measure in measures:
        grid.add_column(Text(heading(measure)).append(f"\n{measure.unit}", "dim"), no_wrap=True)
    if not compact:
        for title in ("ok / failed", "parameters", "RTF"):
            grid.add_column(title, justify="right", no_wrap=True)
    cells = {measure.name: _cells(table, measure, layout) for measure in measures}
    for group, rows in table.groups():
        if group:
            grid.add_section()
            grid.add_row("", Text(label_of(group), style="bold underline"))
        for row in rows:
            grid.add_row(
                numbers.rank(row),
                _system(row, with_costs=compact),
                *(cells[measure.name][row.group, row.system] for measure in measures),
                *([] if compact else _costs(row)),
            )
    return grid


def _system(row: Row, *, with_costs: bool) -> Text:
    name = Text(numbers.name(row), style="" if row.kind == "system" else "italic")
    return name.append("\n" + " · ".join(_costs(row)).replace(" / ", "/"), "dim") if with_costs else name


def _costs(row: Row) -> tuple[str, str, str]:
    counts = f"{row.n_ok} / {row.n_failed}"
    return counts, numbers.parameters(row.parameters), numbers.real_time_factor(row.real_time_factor)


def _cells(table: Table, measure: Measure, layout: Layout) -> dict[object, Text]:
    """Return (group, system) -> text, with the points of the numbers below each other."""
    digits = numbers.decimals(measure)
    parts = {(row.group, row.system): _parts(row.cells[measure.name], digits) for row in table.rows}
    means, margins, deltas = (max(map(len, column)) for column in zip(*parts.values(), strict=True))
    best = {(group, system) for group, rows in table.groups() for system in numbers.best(rows, measure)}
    before_margin, before_delta = _BREAKS[layout]
    width = max(means, margins if before_margin == "\n" else 0, deltas if before_delta == "\n" else 0)
    margins = width if before_margin == "\n" else margins
    deltas = width if before_delta == "\n" else deltas
    texts: dict[object, Text] = {}
    for row in table.rows:
        where = (row.group, row.system)
        mean, margin, delta = parts[where]
        text = Text(mean.rjust(width), style="bold" if where in best else "")
        text.append(f"{before_margin}{margin:>{margins}}", "not bold dim")
        if delta:
            style = f"not bold {_colour(row.cells[measure.name], measure)}"
            text.append(f"{before_delta}{delta:>{deltas}}", style)
        texts[where] = text
    return texts


def _parts(cell: Cell, digits: int) -> tuple[str, str, str]:
    mean = numbers.fixed(cell.mean.mean if cell.mean else None, digits)
    return (
        mean,
        numbers.margin(cell.mean, digits),
        numbers.signed(cell.delta.mean, digits) if cell.delta else "",
    )


def _colour(cell: Cell, measure: Measure) -> str:
    """Return green where the difference to noisy is surely for the better, red where for the worse."""
    if cell.delta is None or cell.delta.low is None or cell.delta.high is None:
        return "dim"
    if cell.delta.low <= 0 <= cell.delta.high:
        return "dim"
    return "green" if (cell.delta.mean > 0) == measure.higher_is_better else "red"
