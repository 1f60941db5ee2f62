"""How often a nominal 95 % interval holds the true mean: `python benchmarks/simulations/coverage.py 20000`.

Prints per cent for the interval of the leaderboards and, in brackets, for the usual percentile bootstrap.
Six minutes for 20,000 repetitions on one core; numbers of clusters may follow, for a part of the rows.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchbox.results.statistics import clustered_bootstrap

Floats = NDArray[np.float64]
RESAMPLES = 2000
COUNTS = (8, 15, 20, 30, 60)


def normal(rng: np.random.Generator, cluster: NDArray[np.int64]) -> tuple[Floats, float]:
    return between(rng, cluster) + rng.normal(size=cluster.size), 0.0


def ceiling(rng: np.random.Generator, cluster: NDArray[np.int64]) -> tuple[Floats, float]:
    """Return values that crowd below 1, as STOI's do."""
    logits = 1.8 + 0.7 * between(rng, cluster) + 0.6 * rng.normal(size=cluster.size)
    return 1 / (1 + np.exp(-logits)), ceiling_mean()


@cache
def ceiling_mean() -> float:
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    spread = np.hypot(0.7, 0.6)
    return float(weights @ (1 / (1 + np.exp(-(1.8 + spread * nodes)))) / weights.sum())


def lognormal(rng: np.random.Generator, cluster: NDArray[np.int64]) -> tuple[Floats, float]:
    """Return skewed values, as NSR's are."""
    values: Floats = np.exp(0.5 * between(rng, cluster) + 0.5 * rng.normal(size=cluster.size))
    return values, float(np.exp(0.25))


def exponential(rng: np.random.Generator, cluster: NDArray[np.int64]) -> tuple[Floats, float]:
    return rng.exponential(size=cluster.max() + 1)[cluster] + 0.5 * rng.normal(size=cluster.size), 1.0


def between(rng: np.random.Generator, cluster: NDArray[np.int64]) -> Floats:
    """Return what the clips of a cluster share."""
    shared: Floats = rng.normal(size=cluster.max() + 1)[cluster]
    return shared


SHAPES = (normal, ceiling, lognormal, exponential)
SIZES: dict[str, Callable[[np.random.Generator, int], NDArray[np.int64]]] = {
    "equal": lambda rng, count: np.full(count, 5),
    "1-8": lambda rng, count: rng.integers(1, 9, count),
    "1-30": lambda rng, count: rng.geometric(0.15, count).clip(1, 30),
}


def percentile_interval(values: Floats, cluster: NDArray[np.int64], weights: Floats) -> Floats:
    sums, sizes = np.bincount(cluster, values), np.bincount(cluster)
    return np.quantile((weights @ sums) / (weights @ sizes), [0.025, 0.975])


def main(repetitions: int, counts: Sequence[int]) -> None:
    print("clusters, clips each:", ", ".join(shape.__name__ for shape in SHAPES))
    for count in counts:
        rng = np.random.default_rng(count)
        weights = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(float)
        for name, sizes in SIZES.items():
            cells = []
            for shape in SHAPES:
                ours = usual = 0
                for _ in range(repetitions):
                    cluster = np.repeat(np.arange(count), sizes(rng, count))
                    values, mean = shape(rng, cluster)
                    interval = clustered_bootstrap(values, cluster, resamples=RESAMPLES)
                    assert interval.low is not None
                    assert interval.high is not None
                    ours += interval.low <= mean <= interval.high
                    low, high = percentile_interval(values, cluster, weights)
                    usual += low <= mean <= high
                cells.append(f"{100 * ours / repetitions:.1f} ({100 * usual / repetitions:.1f})")
            print(f"{count}, {name}:", ", ".join(cells), flush=True)


if __name__ == "__main__":
    repetitions, *counts = map(int, sys.argv[1:] or ["20000"])
    main(repetitions, counts or COUNTS)
