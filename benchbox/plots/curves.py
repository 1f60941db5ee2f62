"""Measures over SNR with their intervals, and how systems learnt."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchbox.errors import BadRun
from benchbox.leaderboard.table import Row, Table, heading, label_of
from benchbox.plots.canvas import COLOURS, MARKERS, canvas, drawn, fitting
from benchbox.records import Measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW_NOISES = 4

_TRAINING = {
    "loss": "training loss",
    "validation_loss": "validation loss",
    "codebook_usage": "codebook usage",
    "perplexity": "codebook perplexity",
}


def curve_groups(scores: pd.DataFrame) -> tuple[str, ...]:
    """Return how to group the table for `plot_curves`: by SNR, and by noise while the noises are few."""
    noises = scores.loc[scores["snr_db"].notna(), "noise"].nunique()
    return ("noise", "snr") if noises <= FEW_NOISES else ("snr",)


def plot_curves(table: Table, path: Path, width: float | None = None) -> list[Path]:
    """Draw each measure over SNR, one line a system, one row of panels a noise; return the files.

    Args:
        table: a leaderboard by SNR, or by noise and SNR.
        width: inches that a paper has for it: as many panels side by side as fit, and a legend below.

    Raises:
        BadRun: every noise fixes its own level, so there is no SNR to draw over.
    """
    curves = _curves(table)
    if not curves:
        raise BadRun("no curves to draw: every noise of this run fixes its own level")
    styles = _styles(table)
    if width is not None:
        return _in_paper(table, curves, styles, path, width)
    rows, columns = len(curves), len(table.measures)
    with canvas(path, 1.8 + 3 * columns, 0.4 + 2.5 * rows) as (figure, files):
        grid = figure.subplots(rows, columns, sharex=True, squeeze=False)
        for panels, (noise, systems) in zip(grid, curves.items(), strict=True):
            panels[0].set_title(drawn(noise), loc="left", fontweight="bold")
            for panel, measure in zip(panels, table.measures, strict=True):
                _draw(panel, measure, systems, styles)
            _label_ends(panels[-1], table.measures[-1], systems, styles)
        if table.warnings:
            # One that tells how bad it is: the table has the rest.
            figure.suptitle(fill(table.warnings[0], 28 * columns + 16), color="firebrick", fontsize="small")
        figure.supxlabel(f"SNR (dB); vertical bars: {table.confidence:.0%} intervals", fontsize="medium")
    return files


def plot_training(curves: Mapping[str, pd.DataFrame], path: Path, width: float | None = None) -> list[Path]:
    """Draw losses and, where there is a codebook, its use over the steps of training; return the files.

    Args:
        curves: system -> its curve.csv, one row a validation.
        width: inches that a paper has for it.
    """
    columns = [column for column in _TRAINING if any(column in curve for curve in curves.values())]
    beside = len(columns) if width is None else fitting(width, 2.2, len(columns))
    rows = -(-len(columns) // beside)
    size = (0.4 + 3.4 * beside, 3 * rows) if width is None else (width, 1.7 * rows)
    with canvas(path, *size, in_paper=width is not None) as (figure, files):
        panels = figure.subplots(rows, beside, squeeze=False).flat
        for panel in panels[len(columns) :]:
            panel.set_visible(False)
        for panel, column in zip(panels[: len(columns)], columns, strict=True):
            for number, (system, curve) in enumerate(curves.items()):
                if column in curve:
                    colour = COLOURS[number % len(COLOURS)]
                    panel.plot(curve["step"], curve[column], label=fill(drawn(system), 30), color=colour)
            panel.set(xlabel="step", title=_TRAINING[column])
            panel.grid(visible=True)
            if column == "codebook_usage":
                panel.set_ylim(0, 1.03)
        panels[0].legend()
    return files


def _in_paper(table: Table, curves: "_Curves", styles: "_Styles", path: Path, width: float) -> list[Path]:
    panels = [(noise, measure) for noise in curves for measure in table.measures]
    columns = fitting(width, 1.7, len(table.measures))
    rows = -(-len(panels) // columns)
    names = {system: drawn(system) for system in styles}
    beside = fitting(width, 0.5 + 0.06 * max(map(len, names.values())), len(names))
    height = 0.5 + 1.5 * rows + 0.16 * -(-len(names) // beside)
    with canvas(path, width, height, in_paper=True) as (figure, files):
        grid = figure.subplots(rows, columns, squeeze=False).flat
        for number, (panel, (noise, measure)) in enumerate(zip(grid, panels, strict=False)):
            _draw(panel, measure, curves[noise], styles)
            if len(curves) > 1:
                panel.set_title(drawn(noise))
            if number + columns >= len(panels):
                panel.set_xlabel("SNR (dB)")
        for panel in grid[len(panels) :]:
            panel.set_visible(False)
        # What may mislead stays in sight.
        if table.warnings:
            figure.suptitle(fill(table.warnings[0], round(15 * width)), color="firebrick", fontsize="small")
        lines = [figure.axes[0].plot([], [], **styles[system])[0] for system in names]
        bars = f"bars: {table.confidence:.0%} intervals"
        figure.legend(lines, names.values(), loc="outside lower center", ncols=beside, title=bars)
    return files


_Curves = Mapping[str, Mapping[str, Sequence[tuple[float, Row]]]]
_Systems = Mapping[str, Sequence[tuple[float, Row]]]
_Styles = Mapping[str, Mapping[str, Any]]


def _curves(table: Table) -> dict[str, dict[str, list[tuple[float, Row]]]]:
    """Return noise -> system -> [(SNR, row)]."""
    where = table.by.index("snr")
    curves: dict[str, dict[str, list[tuple[float, Row]]]] = {}
    for row in table.rows:
        snr_db = row.group[where]
        if isinstance(snr_db, float):
            noise = label_of(row.group[:where] + row.group[where + 1 :]) or "all noises"
            curves.setdefault(noise, {}).setdefault(row.system, []).append((snr_db, row))
    return curves


def _styles(table: Table) -> _Styles:
    """Return system -> how its line looks: coloured, or grey for the reference and for bounds."""
    styles: dict[str, dict[str, Any]] = {}
    kinds = {row.system: row.kind for row in table.rows}
    ranked = [system for system, kind in kinds.items() if kind == "system"]
    for system, kind in kinds.items():
        if kind == "system":
            number = ranked.index(system)
            marker = MARKERS[number % len(MARKERS)]
            styles[system] = {"color": COLOURS[number % len(COLOURS)], "marker": marker, "markersize": 4}
        else:
            styles[system] = {"color": "0.45", "linestyle": "--" if kind == "reference" else ":"}
    return styles


def _draw(panel: "Axes", measure: Measure, systems: _Systems, styles: _Styles) -> None:
    snrs = sorted({snr_db for points in systems.values() for snr_db, _ in points})
    step = (snrs[-1] - snrs[0] or 1) * 0.012
    for number, (system, points) in enumerate(systems.items()):
        # Side by side, so that intervals do not hide each other.
        aside = (number - (len(systems) - 1) / 2) * step
        means = [(snr_db + aside, mean) for snr_db, row in points if (mean := row.cells[measure.name].mean)]
        panel.plot([x for x, _ in means], [mean.mean for _, mean in means], linewidth=1.4, **styles[system])
        for x, mean in means:
            if mean.low is not None and mean.high is not None:
                panel.vlines(x, mean.low, mean.high, color=styles[system]["color"], linewidth=1, alpha=0.5)
    panel.set_xticks(snrs)
    panel.set_ylabel(drawn(f"{heading(measure)} ({measure.unit})" if measure.unit else heading(measure)))
    panel.grid(visible=True)


def _label_ends(panel: "Axes", measure: Measure, systems: _Systems, styles: _Styles) -> None:
    """Write each system's name beside the end of its line, as far apart as the names need."""
    low, high = panel.get_ylim()
    ends = {
        system: (points[-1][0], mean.mean)
        for system, points in systems.items()
        if (mean := points[-1][1].cells[measure.name].mean)
    }
    names = {system: fill(drawn(system), 24) for system in sorted(ends, key=lambda system: ends[system][1])}
    heights = [0.085 * (1 + name.count("\n")) for name in names.values()]
    places = spread([(ends[system][1] - low) / (high - low) for system in names], heights)
    for (system, name), place in zip(names.items(), places, strict=True):
        colour = styles[system]["color"]
        panel.annotate(
            name,
            xy=ends[system],
            xytext=(1.08, place),
            textcoords="axes fraction",
            color=colour,
            va="center",
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6, "alpha": 0.6},
        )


def spread(places: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Move places, from low to high, until things of these heights centred there do not overlap."""
    spread: list[float] = []
    for place, height, below in zip(places, heights, [0.0, *heights], strict=False):
        spread.append(max(place, spread[-1] + (height + below) / 2) if spread else place)
    # What was pushed up on the whole comes down again.
    push = sum(spread) / len(spread) - sum(places) / len(places) if spread else 0.0
    return [place - push for place in spread]
