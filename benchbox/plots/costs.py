"""Quality against what it costs, and which systems no other beats in both."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from textwrap import fill

from benchbox.errors import BadRun
from benchbox.leaderboard.table import Row, Table, heading
from benchbox.plots.canvas import COLOURS, MARKERS, canvas, drawn, fitting

_COSTS: Mapping[str, Callable[[Row], float | None]] = {
    "algorithmic delay (ms)": lambda row: row.cost.algorithmic_delay_ms if row.cost else None,
    "real-time factor": lambda row: row.cost.real_time_factor_p50 if row.cost else row.real_time_factor,
    "parameters": lambda row: row.parameters,
    "MACs a second": lambda row: row.cost.macs_per_second_total if row.cost else None,
}


def plot_costs(table: Table, path: Path, width: float | None = None) -> list[Path]:
    """Draw the measure that ranks over each cost that two systems have; return the files.

    A dashed line joins the systems that no other beats in both. A delay of the whole utterance has no place
    on an axis: the panel says how many such systems it does not show.

    Args:
        table: a leaderboard over all noises and SNRs.
        width: inches that a paper has for it.

    Raises:
        BadRun: no cost of two systems is known.
    """
    (measure,) = (each for each in table.measures if each.name == table.primary)
    rows = [row for row in table.rows if row.kind == "system" and row.cells[measure.name].mean]
    panels_of = {
        name: points
        for name, cost in _COSTS.items()
        if len(points := [(x, row) for row in rows if (x := cost(row)) is not None]) > 1
    }
    if not panels_of:
        raise BadRun(
            "no costs to draw: those of two systems are not known; `benchbox run --cost` measures them"
        )
    places = {row.system: number for number, row in enumerate(rows)}
    columns = len(panels_of) if width is None else fitting(width, 1.7, len(panels_of))
    lines_of_panels = -(-len(panels_of) // columns)
    low = 0.3 + 1.7 * lines_of_panels + 0.16 * len(rows)
    size = (1 + 3 * columns, 3.4) if width is None else (width, low)
    with canvas(path, *size, in_paper=width is not None) as (figure, files):
        grid = figure.subplots(lines_of_panels, columns, squeeze=False, sharey=True)
        panels = list(grid.flat)[: len(panels_of)]
        for panel in list(grid.flat)[len(panels_of) :]:
            panel.set_visible(False)
        for panel, (name, points) in zip(panels, panels_of.items(), strict=True):
            for x, row in points:
                mean = row.cells[measure.name].mean
                assert mean is not None
                number = places[row.system]
                style = {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)]}
                panel.plot(x, mean.mean, linestyle="none", label=fill(drawn(row.system), 34), **style)
                if mean.low is not None and mean.high is not None:
                    panel.vlines(x, mean.low, mean.high, color=style["color"], linewidth=1, alpha=0.5)
            least, most = min(x for x, _ in points), max(x for x, _ in points)
            if most > 20 * max(least, 1e-12):
                # A delay of nothing has no logarithm: near zero the axis is linear.
                positive = min(x for x, _ in points if x > 0)
                panel.set_xscale("symlog", linthresh=positive) if least <= 0 else panel.set_xscale("log")
            front = front_of(
                [(x, row.cells[measure.name].mean.mean) for x, row in points],  # type: ignore[union-attr]
                higher_is_better=measure.higher_is_better,
            )
            panel.step(*zip(*front, strict=True), where="post", color="0.5", linestyle="--", linewidth=0.9)
            missing = len(rows) - len(points)
            without = f"\n{missing} not here: unknown,\nor the whole utterance"
            panel.set_xlabel(f"{name}{without}" if missing else name)
            panel.grid(visible=True)
        unit = f" ({measure.unit})" if measure.unit else ""
        figure.supylabel(drawn(f"{heading(measure)}{unit}"), fontsize="medium")
        marked = (line for panel in panels for line in panel.lines if line.get_marker() != "None")
        lines = {str(line.get_label()): line for line in marked}
        names = [name for row in rows if (name := fill(drawn(row.system), 34)) in lines]
        figure.legend(
            [lines[name] for name in names],
            names,
            loc="outside right center" if width is None else "outside lower center",
            fontsize="small",
        )
    return files


def front_of(points: Sequence[tuple[float, float]], *, higher_is_better: bool) -> list[tuple[float, float]]:
    """Return the points (cost, score) that no other beats in both, cheapest first."""
    sign = 1 if higher_is_better else -1
    front: list[tuple[float, float]] = []
    for x, y in sorted(points, key=lambda point: (point[0], -sign * point[1])):
        if not front or sign * y > sign * front[-1][1]:
            front.append((x, y))
    return front
