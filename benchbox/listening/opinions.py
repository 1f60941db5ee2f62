"""Ratings -> what listeners think of each system, and how far each objective measure agrees with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchbox.leaderboard.table import Cell, Table
from benchbox.listening.ratings import Rating, read_ratings, screened
from benchbox.records import Measure
from benchbox.results.clusters import FEW
from benchbox.results.record import REFERENCE as NOISY
from benchbox.results.statistics import Interval
from benchbox.runs.folder import Run

MUSHRA = Measure("mushra", "0-100", bounds=(0.0, 100.0))


@dataclass(frozen=True, eq=False)
class Opinions:
    """What reliable listeners gave."""

    ratings: pd.DataFrame
    """One row a rating: listener, mixture, system, score."""
    excluded: Mapping[str, str]
    """Listener -> why these ratings are left out."""
    outdated: int = 0
    """Ratings left out since they are of other versions of the sounds than the scores."""

    @property
    def listeners(self) -> int:
        return int(self.ratings["listener"].nunique())


def opinions_of(run: Run) -> Opinions | None:
    """Return what listeners gave to a run's sounds; None where nobody listened."""
    given = read_ratings(run.path / "listening")
    if not given:
        return None
    kept, excluded = screened(given)
    keys = {key for rating in kept for key in rating.jobs.values()}
    systems = {key: run.system_of(key) for key in keys}
    # Ratings are of a job, whatever its system was called then; what is no system's belongs to the mixture.
    present = [
        replace(
            rating,
            scores={
                label: score
                for name, score in rating.scores.items()
                if (label := systems[rating.jobs[name]] if name in rating.jobs else name) is not None
            },
        )
        for rating in kept
    ]
    outdated = sum(len(rating.scores) for rating in kept) - sum(len(rating.scores) for rating in present)
    return Opinions(_frame(present), excluded, outdated)


def with_opinions(table: Table, opinions: Opinions | None) -> Table:
    """Return a table over all noises and SNRs with the listeners' mean as its last measure, if any."""
    if opinions is None or opinions.ratings.empty or table.by:
        return table if opinions is None else replace(table, notes=(*table.notes, *notes_on(opinions)))
    noisy = _pivot(opinions, NOISY)
    rows = []
    for row in table.rows:
        own = _pivot(opinions, row.system)
        gain = own.sub(noisy).dropna(how="all") if row.system != NOISY else own.iloc[:0]
        count = int(own.notna().any(axis="columns").sum())
        cell = Cell(_inside(interval_of(own)), interval_of(gain), count, count, 0)
        rows.append(replace(row, cells={**row.cells, MUSHRA.name: cell}))
    return replace(
        table,
        measures=(*table.measures, MUSHRA),
        rows=tuple(rows),
        notes=(*table.notes, *notes_on(opinions)),
    )


def notes_on(opinions: Opinions) -> list[str]:
    """Say who listened, and who is left out."""
    clips = opinions.ratings["mixture"].nunique()
    sentences = [
        f"mushra: {opinions.listeners} listeners on {clips} mixtures, blind (ITU-R BS.1534), no part of the "
        "ranking; intervals over listeners and mixtures."
    ]
    rated = opinions.ratings.groupby("system", sort=False)["mixture"].nunique()
    sentences += [
        f"mushra: {system} was rated on {count} of {clips} mixtures, the others have no estimate of it or "
        "are not rated yet: its mean is over these, and nothing is made up for the rest."
        for system, count in rated.items()
        if count < clips
    ]
    if opinions.outdated:
        sentences.append(
            f"{opinions.outdated} ratings are left out: they are of other versions of the sounds."
        )
    sentences += [f"Listener {name} is left out: {reason}." for name, reason in opinions.excluded.items()]
    return sentences


def interval_of(scores: pd.DataFrame) -> Interval | None:
    """Return the mean of scores [mixture, listener] with an interval clustered both ways.

    The variance is that between mixtures plus that between listeners less that of single ratings; limits by
    Student's t with the fewer of both. Without limits where there are fewer than two of either.

    Source: Cameron, Gelbach & Miller, Journal of Business & Economic Statistics 29 (2011).
    """
    values = scores.to_numpy(dtype=np.float64)
    known = ~np.isnan(values)
    if not known.any():
        return None
    mean = float(values[known].mean())
    clips, listeners = int(known.any(axis=1).sum()), int(known.any(axis=0).sum())
    if min(clips, listeners) < 2:
        return Interval(mean, None, None)
    missed = np.where(known, values - mean, 0.0)
    between = [
        _scale(count) * float((missed.sum(axis=axis) ** 2).sum())
        for count, axis in ((clips, 1), (listeners, 0))
    ]
    single = _scale(int(known.sum())) * float((missed**2).sum())
    # Where ratings are few the difference may be negative: the larger one-way variance is the safe one.
    variance = max(sum(between) - single, *between) / known.sum() ** 2
    from scipy.special import stdtrit

    margin = float(stdtrit(min(clips, listeners) - 1, 0.975)) * float(np.sqrt(variance))
    return Interval(mean, mean - margin, mean + margin)


def _inside(interval: Interval | None) -> Interval | None:
    """Cut an interval to what a rating can be."""
    if interval is None or interval.low is None or interval.high is None:
        return interval
    return Interval(interval.mean, max(interval.low, 0.0), min(interval.high, 100.0))


@dataclass(frozen=True)
class Agreement:
    """How one measure goes with the listeners."""

    measure: str
    pearson: Interval
    spearman: Interval
    estimates: int


def agreements(run: Run, opinions: Opinions) -> list[Agreement]:
    """Return how each objective measure correlates with the mean rating of each estimate.

    Intervals come from a bootstrap over mixtures, without limits below five of them, where few resamples
    differ. Signs are such that 1 is perfect agreement.
    """
    mean = opinions.ratings.groupby(["mixture", "system"])["score"].mean()
    found = []
    for measure in run.manifest.measures:
        ok = run.scores[(run.scores["measure"] == measure.name) & (run.scores["status"] == "ok")]
        values = ok.set_index(["mixture", "system"])["value"] * (1 if measure.higher_is_better else -1)
        both = pd.concat({"rated": mean, "measured": values}, axis=1, join="inner").dropna()
        if len(both) < 3:
            continue
        x, y = both["rated"].to_numpy(), both["measured"].to_numpy()
        mixtures = both.index.get_level_values("mixture").to_numpy()
        found.append(
            Agreement(
                measure.name,
                _correlation(x, y, mixtures),
                _correlation(_ranks(x), _ranks(y), mixtures),
                len(both),
            )
        )
    return found


_Floats = NDArray[np.float64]


def _correlation(x: _Floats, y: _Floats, mixtures: NDArray[np.object_], resamples: int = 1000) -> Interval:
    rng = np.random.default_rng(0)
    names, places = np.unique(mixtures.astype(str), return_inverse=True)
    rows = [np.flatnonzero(places == place) for place in range(len(names))]
    drawn = []
    for _ in range(resamples if len(names) >= FEW else 0):
        chosen = np.concatenate([rows[place] for place in rng.integers(0, len(names), len(names))])
        drawn.append(_pearson(x[chosen], y[chosen]))
    known = [value for value in drawn if not np.isnan(value)]
    mean = _pearson(x, y)
    if not known:
        return Interval(mean, None, None)
    low, high = np.quantile(known, [0.025, 0.975])
    return Interval(mean, float(low), float(high))


def _pearson(x: _Floats, y: _Floats) -> float:
    """Return the correlation, NaN where either is constant."""
    one, other = x - x.mean(), y - y.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 0 else float("nan")


def _ranks(values: _Floats) -> _Floats:
    return np.asarray(pd.Series(values).rank(), dtype=np.float64)


def _scale(count: int) -> float:
    return count / (count - 1)


def _pivot(opinions: Opinions, system: str) -> pd.DataFrame:
    own = opinions.ratings[opinions.ratings["system"] == system]
    return own.pivot(index="mixture", columns="listener", values="score")


def _frame(ratings: Sequence[Rating]) -> pd.DataFrame:
    rows = [
        (rating.listener, rating.mixture, system, score)
        for rating in ratings
        for system, score in rating.scores.items()
    ]
    return pd.DataFrame(rows, columns=["listener", "mixture", "system", "score"])


def opinions_table(opinions: Opinions) -> list[tuple[str, Interval]]:
    """Return each rated signal with its mean, best first, the hidden reference and the anchor among them."""
    rated = (
        (str(system), _inside(interval_of(_pivot(opinions, system))))
        for system in opinions.ratings["system"].unique()
    )
    known = [(system, interval) for system, interval in rated if interval is not None]
    return sorted(known, key=lambda item: -item[1].mean)
