"""How much each system gains on the noisy input in each condition, as a heat map."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

import numpy as np
from numpy.typing import NDArray

from benchbox.errors import BadRun
from benchbox.leaderboard.table import Row, Table, heading, label_of
from benchbox.plots.canvas import GAIN, LOSS, canvas, drawn
from benchbox.records import Measure


def plot_heat(table: Table, path: Path, width: float | None = None) -> list[Path]:
    """Draw the difference to noisy of each system in each condition, a panel a measure; return the files.

    Blue is better than doing nothing, orange is worse, as on the page of `benchbox report`.

    Args:
        table: a leaderboard by noise, by SNR or by both.
        width: inches that a paper has for it.

    Raises:
        BadRun: there is no noisy row to compare with.
    """
    from matplotlib.colors import LinearSegmentedColormap

    groups = dict(table.groups())
    systems = list(dict.fromkeys(row.system for row in table.rows if row.kind == "system"))
    found = {measure: _gains(list(groups.values()), systems, measure) for measure in table.measures}
    gains = {measure: each for measure, each in found.items() if not np.isnan(each).all()}
    if not gains:
        raise BadRun("no gains to draw: no system has a score on a mixture that noisy has one of")
    # Pale enough for numbers in black on it.
    colours = LinearSegmentedColormap.from_list("gain", [LOSS, "#ffffff", GAIN])
    height = (0.8 + 0.28 * len(systems) if width is None else 0.4 + 0.17 * len(systems)) * len(gains)
    height += 0.0 if width is None else 0.9
    size = (2.6 + 0.75 * len(groups) if width is None else width, height)
    letters = "small" if width is None else 5
    with canvas(path, *size, in_paper=width is not None) as (figure, files):
        panels = figure.subplots(len(gains), 1, squeeze=False, sharex=True)[:, 0]
        for panel, (measure, each) in zip(panels, gains.items(), strict=True):
            better = each if measure.higher_is_better else -each
            most = float(np.nanmax(np.abs(better))) or 1.0
            panel.imshow(better, cmap=colours, vmin=-1.4 * most, vmax=1.4 * most, aspect="auto")
            digits = 1 if most >= 2 else 2 if most >= 0.2 else 3
            for (row, column), gain in np.ndenumerate(each):
                text = "" if np.isnan(gain) else f"{gain:+.{digits}f}"
                panel.text(column, row, text, ha="center", va="center", fontsize=letters, color="black")
            panel.set_yticks(range(len(systems)), [fill(drawn(system), 30) for system in systems])
            panel.tick_params(length=0)
            panel.spines[:].set_visible(False)
            unit = f" ({measure.unit})" if measure.unit else ""
            # A column of a paper has no room for more.
            what = ", difference to noisy" if width is None else ""
            panel.set_title(drawn(f"{heading(measure)}{unit}{what}"), loc="left")
        labels = [fill(drawn(label_of(group)), 12 if width is None else 24) for group in groups]
        turned = 0 if width is None else 90
        panels[-1].set_xticks(range(len(groups)), labels, fontsize="small", rotation=turned)
        if width is not None:
            figure.supxlabel("difference to noisy", fontsize="medium")
    return files


def _gains(groups: Sequence[Sequence[Row]], systems: Sequence[str], measure: Measure) -> NDArray[np.float64]:
    """Return the mean difference to noisy [system, group], NaN where there is none."""
    gains = np.full((len(systems), len(groups)), np.nan)
    for column, rows in enumerate(groups):
        for row in rows:
            delta = row.cells[measure.name].delta
            if row.system in systems and delta is not None:
                gains[systems.index(row.system), column] = delta.mean
    return gains
