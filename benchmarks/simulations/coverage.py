"""How often a nominal 95 % interval holds the true mean.

    PYTHONPATH=benchmarks python -m simulations.coverage 5000

Recordings share what their speaker brings, the clips of a table as in a leaderboard: by speaker from five of
them on, where the true mean is that of all speakers; below, it is that of these very speakers. Prints a table
in markdown: per cent for the interval of the leaderboards, with the 95 % interval of that rate, and in
brackets for the usual percentile bootstrap over the same clusters. Numbers of speakers may follow, for a part
of the rows. Eight minutes for 5,000 repetitions on one core.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchbox.results.clusters import clustering_of
from benchbox.results.statistics import clustered_bootstrap

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
RESAMPLES = 2000
COUNTS = (2, 3, 4, 5, 6, 8, 12, 20, 60)
LAYOUTS = 40
"""Draws of how many recordings each speaker has; the repetitions take them in turn."""


def normal(rng: np.random.Generator, speaker: Index) -> tuple[Floats, Floats]:
    shared = between(rng, speaker)
    return shared + rng.normal(size=speaker.size), shared


def ceiling(rng: np.random.Generator, speaker: Index) -> tuple[Floats, Floats]:
    """Return values that crowd below 1, as STOI's do."""
    logits = 1.8 + 0.7 * between(rng, speaker)
    return 1 / (1 + np.exp(-(logits + 0.6 * rng.normal(size=speaker.size)))), _ceiling_mean(logits)


def lognormal(rng: np.random.Generator, speaker: Index) -> tuple[Floats, Floats]:
    """Return skewed values, as NSR's are."""
    shared = 0.5 * between(rng, speaker)
    return np.exp(shared + 0.5 * rng.normal(size=speaker.size)), np.exp(shared + 0.125)


def exponential(rng: np.random.Generator, speaker: Index) -> tuple[Floats, Floats]:
    shared: Floats = rng.exponential(size=speaker.max() + 1)[speaker]
    return shared + 0.5 * rng.normal(size=speaker.size), shared


def between(rng: np.random.Generator, speaker: Index) -> Floats:
    """Return what the recordings of a speaker share."""
    shared: Floats = rng.normal(size=speaker.max() + 1)[speaker]
    return shared


def _ceiling_mean(logits: Floats, spread: float = 0.6) -> Floats:
    """Return the mean of a speaker's recordings, given what they share."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    means: Floats = (1 / (1 + np.exp(-(logits[:, None] + spread * nodes)))) @ weights / weights.sum()
    return means


SHAPES = {
    normal: 0.0,
    ceiling: float(_ceiling_mean(np.array([1.8]), float(np.hypot(0.7, 0.6)))[0]),
    lognormal: float(np.exp(0.25)),
    exponential: 1.0,
}
"""Draw of (values, their speakers' means) -> the mean over all speakers."""
SIZES: dict[str, Callable[[np.random.Generator, int], Index]] = {
    "5": lambda rng, count: np.full(count, 5),
    "1-30": lambda rng, count: rng.geometric(0.15, count).clip(1, 30),
}


@cache
def resamplings(count: int) -> Floats:
    weights = np.random.default_rng(count).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    return weights.astype(np.float64)


def percentile_interval(values: Floats, cluster: Index) -> Floats:
    sums, sizes = np.bincount(cluster, values), np.bincount(cluster)
    weights = resamplings(len(sums))
    return np.quantile((weights @ sums) / (weights @ sizes), [0.025, 0.975])


def layouts(rng: np.random.Generator, count: int, sizes: str) -> list[tuple[Index, Index, bool]]:
    """Return (speaker, cluster) of each recording, and whether they speak for all speakers."""
    found = []
    for _ in range(LAYOUTS):
        speaker = np.repeat(np.arange(count), SIZES[sizes](rng, count))
        rows = pd.DataFrame(
            {"speaker": speaker.astype(str), "recording": np.arange(speaker.size).astype(str)}
        )
        clustering = clustering_of(rows)
        found.append((speaker, clustering.labels, clustering.enough))
    return found


def rate(hits: int, repetitions: int) -> str:
    """Return "95.1 ±0.3": per cent with the half width of Wilson's 95 % interval."""
    share, z = hits / repetitions, 1.96
    half = z * np.sqrt(share * (1 - share) / repetitions + (z / 2 / repetitions) ** 2)
    return f"{100 * share:.1f} ±{100 * half / (1 + z**2 / repetitions):.1f}"


def main(repetitions: int, counts: Sequence[int]) -> None:
    print(f"| speakers | recordings each | mean of | {' | '.join(shape.__name__ for shape in SHAPES)} |")
    print("| --- | --- | --- |" + " --- |" * len(SHAPES))
    for count in counts:
        rng = np.random.default_rng(count)
        for name in SIZES:
            drawn = layouts(rng, count, name)
            cells = []
            for shape, mean in SHAPES.items():
                ours = usual = 0
                for repetition in range(repetitions):
                    speaker, cluster, enough = drawn[repetition % LAYOUTS]
                    values, own = shape(rng, speaker)
                    true = mean if enough else float(own.mean())
                    interval = clustered_bootstrap(values, cluster, resamples=RESAMPLES)
                    if interval.low is not None and interval.high is not None:
                        ours += interval.low <= true <= interval.high
                    low, high = percentile_interval(values, cluster)
                    usual += low <= true <= high
                cells.append(f"{rate(ours, repetitions)} ({100 * usual / repetitions:.0f})")
            whom = "all speakers" if drawn[0][2] else "these"
            print(f"| {count} | {name} | {whom} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    repetitions, *counts = map(int, sys.argv[1:] or ["5000"])
    main(repetitions, counts or COUNTS)
