"""Table -> a rich table that fits its terminal: one line a system where there is room, or two, or parts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Literal, TypeAlias

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table as Grid
from rich.text import Text

from benchbox.errors import one_line
from benchbox.leaderboard.table import Cell, Row, Table, heading, label_of
from benchbox.records import Measure
from benchbox.render import numbers
from benchbox.render.facts import Column, cost_columns, output_columns, systems_of

if TYPE_CHECKING:
    import pandas as pd

Layout: TypeAlias = Literal["line", "stacked", "compact", "tall"]
"""All on one line; the difference below its mean; the costs below the system, too; the interval, too."""

_BREAKS: dict[Layout, tuple[str, str]] = {
    "line": (" ", " "),
    "stacked": (" ", "\n"),
    "compact": ("", "\n"),
    "tall": ("\n", "\n"),
}
"""What stands between a mean and its margin, and between that and the difference to noisy."""

_SHORT: Mapping[str, str] = {
    "parameters": "params",
    "algorithmic delay": "algo. delay",
    "checkpoint": "saved size",
}
"""For narrow terminals."""

_FEW_LINES = 4
"""Lines of notes where they are not all shown."""
_INDENT = 3
"""Characters before the text of a note."""
_NOTEBOOK = 140
"""Characters across a notebook's cell."""

_LEGEND = "± is the larger side of the interval, the signed number the difference to noisy."


def render(table: Table) -> str:
    """Return plain text as wide as the terminal."""
    return str(Leaderboard(table))


def plain(renderable: RenderableType) -> str:
    """Return what a console as wide as the terminal would show, without colours."""
    lines = Console().render_lines(renderable, pad=False)
    return "".join("".join(segment.text for segment in line).rstrip() + "\n" for line in lines)


@dataclass(frozen=True, repr=False)
class Leaderboard:
    """A table to look at: `print` it, `rich.print` it in colour, or let a notebook show it."""

    table: Table
    """The records."""
    explain: bool = True
    """Show all notes; otherwise what fits into a few lines, warnings and ties first."""

    def __str__(self) -> str:
        return plain(self)

    __repr__ = __str__

    def to_frame(self) -> "pd.DataFrame":
        """Return the table as a DataFrame with the columns of its CSV form, one row a system and group."""
        import pandas as pd

        from benchbox.render.csv import lines_of

        return pd.DataFrame(lines_of(self.table))

    def _repr_html_(self) -> str:
        console = Console(record=True, file=StringIO(), width=_NOTEBOOK)
        console.print(self)
        return console.export_html(inline_styles=True, code_format="<pre>{code}</pre>")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        def fits(grid: Grid) -> bool:
            unlimited = options.update(width=10_000)
            return console.measure(grid, options=unlimited).maximum <= options.max_width

        yield from self._scores(fits)
        yield from self._facts(output_columns(self.table), fits)
        yield from self._facts(cost_columns(self.table), fits)
        yield Text()
        notes = Grid.grid(padding=(0, 1))
        for number, text in enumerate(self._notes(console, options.max_width - _INDENT)):
            style = "" if number < len(self.table.warnings) else "dim"
            notes.add_row(Text("·", style=style), Text(text, style=style))
        yield notes

    def _notes(self, console: Console, width: int) -> Iterator[str]:
        every = [one_line(note) for note in self.table.notes]
        if self.explain:
            yield from (*every, _LEGEND)
            return
        shown, room = 0, _FEW_LINES
        for note in every:
            lines = Text(note).wrap(console, width)
            if len(lines) > room:
                break
            shown, room = shown + 1, room - len(lines)
            yield note
        if every and not shown:
            # Too long for the room there is, and the first to be told: its beginning.
            shown = 1
            yield (
                " ".join(line.plain.strip() for line in Text(every[0]).wrap(console, width)[:room])[:-1] + "…"
            )
        warnings = max(0, len(self.table.warnings) - shown)
        more = f"{warnings} more warning{'s' * (warnings != 1)}, " if warnings else ""
        rest = len(every) - shown - warnings
        yield f"{more}what the numbers mean and {rest} more note{'s' * (rest != 1)}: --explain"

    def _scores(self, fits: Callable[[Grid], bool]) -> Iterator[Grid]:
        """Give the roomiest layout that fits; where none does, several parts with fewer measures each."""
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

    def _facts(self, columns: Sequence[Column], fits: Callable[[Grid], bool]) -> Iterator[RenderableType]:
        """Give a table of these columns below the scores, in the roomiest layout that fits, or in parts."""
        rows = systems_of(self.table)
        while columns:
            grids = (
                (size, _facts_grid(rows, columns[:size], stacked=stacked))
                for size in range(len(columns), 0, -1)
                for stacked in (False, True)
            )
            size, grid = next((size, grid) for size, grid in grids if size == 1 or fits(grid))
            yield Text()
            yield grid
            columns = columns[size:]


def _empty_grid() -> Grid:
    return Grid(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold"
    )


def _grid(table: Table, measures: Sequence[Measure], layout: Layout) -> Grid:
    grid = _empty_grid()
    grid.add_column("#", justify="right")
    # Names with many options may take several lines, numbers must not.
    compact = layout in ("compact", "tall")
    titles = ["ok/failed", "size", "RTF"] if compact else ["ok / failed", "parameters", "RTF"]
    if table.shows_costs:
        titles = titles[:1]
    grid.add_column(
        Text("system\n").append(" · ".join(titles), "dim") if compact else "system",
        max_width=22 if compact else 40,
        overflow="fold",
    )
    for measure in measures:
        grid.add_column(
            Text(one_line(heading(measure))).append(f"\n{one_line(measure.unit)}", "dim"), no_wrap=True
        )
    if not compact:
        for title in titles:
            grid.add_column(title, justify="right", no_wrap=True)
    cells = {measure.name: _cells(table, measure, layout) for measure in measures}
    for group, rows in table.groups():
        if group:
            grid.add_section()
            grid.add_row("", Text(one_line(label_of(group)), style="bold underline"))
        for row in rows:
            grid.add_row(
                numbers.rank(row),
                _system(row, _counts(row, len(titles)) if compact else []),
                *(cells[measure.name][row.group, row.system] for measure in measures),
                *([] if compact else _counts(row, len(titles))),
            )
    return grid


def _facts_grid(rows: Sequence[Row], columns: Sequence[Column], *, stacked: bool) -> Grid:
    """Put what belongs together on one line, or below each other."""
    grid = _empty_grid()
    grid.add_column("system", max_width=18 if stacked else 40, overflow="fold")
    for column in columns:
        title, unit = column.title, column.join.join(column.units)
        if stacked:
            title, unit = _SHORT.get(title, title).replace(" ", "\n"), "\n".join(column.units)
        grid.add_column(Text(title).append(f"\n{unit}" if unit else "", "dim"), justify="right", no_wrap=True)
    for number, row in enumerate(rows):
        cells = [column.cells[number] for column in columns]
        texts = [
            "\n".join(cell) if stacked else column.join.join(cell)
            for column, cell in zip(columns, cells, strict=True)
        ]
        grid.add_row(_system(row, []), *texts)
    return grid


def _system(row: Row, below: Sequence[str]) -> Text:
    name = Text(one_line(numbers.name(row)), style="" if row.kind == "system" else "italic")
    return name.append("\n" + " · ".join(below).replace(" / ", "/"), "dim") if below else name


def _counts(row: Row, count: int) -> list[str]:
    """Return the first `count` of: clips, parameters, real-time factor."""
    counts = f"{row.n_ok} / {row.n_failed}"
    texts = [counts, numbers.parameters(row.parameters), numbers.real_time_factor(row.real_time_factor)]
    return texts[:count]


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
