"""The pictures of `benchbox plot`: what each draws of a run."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchbox.plots.differences import Difference
    from benchbox.runs.folder import Run


def draw_spectrograms(run: "Run", folder: Path, width: float | None) -> Iterator[Path]:
    from benchbox.plots import plot_clip, plot_spectrograms
    from benchbox.runs.sounds import read_examples

    for name, sounds, rate in read_examples(run):
        if "clean" in sounds:  # recordings have none
            yield from plot_clip(sounds["clean"], rate, folder / f"clip-{name}", width)
        yield from plot_spectrograms(sounds, rate, folder / f"spectrograms-{name}", width)


def draw_curves(run: "Run", folder: Path, width: float | None) -> Iterator[Path]:
    from benchbox.plots import curve_groups, plot_curves

    if run.scores["snr_db"].notna().any():
        yield from plot_curves(run.leaderboard(curve_groups(run.scores)).table, folder / "curves", width)


def draw_training(run: "Run", folder: Path, width: float | None) -> Iterator[Path]:
    from benchbox.plots import plot_training
    from benchbox.runs.curves import training_curves

    if curves := training_curves(run):
        yield from plot_training(curves, folder / "training", width)


def draw_heat(run: "Run", folder: Path, width: float | None) -> Iterator[Path]:
    from benchbox.plots import plot_heat
    from benchbox.results.record import REFERENCE

    first = run.scores.drop_duplicates(["noise", "snr_db"])
    if REFERENCE not in run.results.systems:  # nothing to gain on
        return
    by = [
        name
        for name, column in (("noise", "noise"), ("snr", "snr_db"))
        if first[column].nunique(dropna=False) > 1
    ]
    yield from plot_heat(run.leaderboard(by or ["noise"]).table, folder / "heat", width)


def draw_differences(run: "Run", folder: Path, width: float | None) -> Iterator[Path]:
    from benchbox.plots import plot_differences

    if found := _differences(run):
        yield from plot_differences(run.results.measures[0], found, folder / "differences", width)


def draw_costs(run: "Run", folder: Path, width: float | None) -> Iterator[Path]:
    from benchbox.plots import plot_costs

    table = run.leaderboard().table
    if sum(row.kind == "system" and row.real_time_factor is not None for row in table.rows) > 1:
        yield from plot_costs(table, folder / "costs", width)


def _differences(run: "Run") -> "list[Difference]":
    """Return the best system less each other one, by the measure that ranks."""
    import numpy as np

    from benchbox.plots.differences import Difference
    from benchbox.report.pairs import compared, mixtures_of, values_of
    from benchbox.results.statistics import Interval

    results, measure = run.results, run.results.measures[0]
    ranked = sorted((row for row in run.leaderboard().table.rows if row.rank), key=lambda row: row.rank or 0)
    if len(ranked) < 2:
        return []
    names = [row.system for row in ranked]
    mixtures = mixtures_of(results)
    values = values_of(results, measure, mixtures, names)
    _, pairs = compared(results, measure, values, mixtures)
    found = []
    for pair in pairs:
        one, other = (names[place] for place in pair["pair"])
        if one == names[0]:
            apart = np.asarray((values[one] - values[other]).dropna(), dtype=np.float64)
            found.append(Difference(one, other, apart, Interval(*pair["difference"]), pair["p"]))
    return found
