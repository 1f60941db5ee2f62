"""How far two systems are apart, mixture by mixture."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

import numpy as np
from numpy.typing import NDArray

from benchbox.plots.canvas import GAIN, LOSS, canvas, drawn, fitting
from benchbox.records import Measure
from benchbox.results.statistics import Interval


@dataclass(frozen=True, eq=False)
class Difference:
    """One system less another."""

    one: str
    other: str
    values: NDArray[np.float64]
    """One a mixture that both have a score of."""
    mean: Interval
    p: float | None
    """Of the paired test, corrected for all pairs; None where none was made."""


def plot_differences(
    measure: Measure, differences: Sequence[Difference], path: Path, width: float | None = None
) -> list[Path]:
    """Draw a histogram of each difference, with its mean and what the paired test says; return the files.

    Args:
        width: inches that a paper has for it.
    """
    columns = min(3, len(differences)) if width is None else fitting(width, 1.7, len(differences))
    rows = -(-len(differences) // columns)
    letters = 40 if width is None else 22
    unit = f" ({measure.unit})" if measure.unit else ""
    size = (0.4 + 3.2 * columns, 0.4 + 2.3 * rows) if width is None else (width, 0.3 + 1.5 * rows)
    with canvas(path, *size, in_paper=width is not None) as (figure, files):
        panels = figure.subplots(rows, columns, squeeze=False)
        for panel, each in zip(panels.flat, differences, strict=False):
            edges = edges_of(each.values)
            counts, _ = np.histogram(each.values, edges)
            better = (edges[:-1] >= 0) == measure.higher_is_better
            colours = [GAIN if gain else LOSS for gain in better]
            panel.bar(edges[:-1], counts, np.diff(edges) * 0.94, align="edge", color=colours)
            panel.axvline(0, color="black", linewidth=0.8)
            panel.axvline(each.mean.mean, color="black", linewidth=1, linestyle="--")
            if each.mean.low is not None and each.mean.high is not None:
                panel.axvspan(each.mean.low, each.mean.high, color="black", alpha=0.08, linewidth=0)
            panel.set_title(fill(drawn(f"{each.one} less {each.other}"), letters), loc="left")
            panel.set_xlabel(_said(each.p), fontsize="small")
            panel.yaxis.get_major_locator().set_params(integer=True)
        for panel in panels.flat[len(differences) :]:
            panel.set_visible(False)
        dashed = "; dashed: mean with its interval" if width is None else ""
        figure.supxlabel(f"difference in {drawn(measure.name)}{unit}{dashed}", fontsize="medium")
        figure.supylabel("mixtures", fontsize="medium")
    return files


def edges_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the edges of bins; zero is one of them, so that a bar is all gain or all loss."""
    least, most = min(0.0, values.min()), max(0.0, values.max())
    count = min(30, max(6, int(np.ceil(1.5 * np.sqrt(len(values))))))
    step = (most - least or 1.0) / count
    # The last bin holds what lies on its upper edge, unless that edge is zero, where the gains begin.
    first, last = np.floor(least / step - 1e-9), np.ceil(most / step + 1e-9)
    edges: NDArray[np.float64] = np.arange(first, max(last, 1) + 1) * step
    return edges


def _said(p: float | None) -> str:
    if p is None:
        return "no paired test"
    if p >= 0.05:
        return f"tied (p = {p:.2f})"
    return "apart (p < 0.001)" if p < 0.001 else f"apart (p = {p:.3f})"
