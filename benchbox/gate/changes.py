"""Pairs of scores -> comparisons: did a measure of a system change, by more than chance?

Two families of hypotheses are tested, each with Holm's correction at the full level: the pool of all
conditions (one hypothesis a system and measure), and every condition by itself (noise x SNR). One family of
both would make the pool, where most changes show best, pay for conditions that tell the same once more: with
30 pools in 24 conditions, its first hypothesis would be tested at a 25th of the level. Testing conditions
only where the pool moved would miss what they are there for: changes that cancel in the pool. The price is
known. The gate fails for the worse only, which a two-sided test at 5 % calls by chance 2.5 % of the times, so
that both families together let chance fail the gate 5 % of the times (simulated in
benchmarks/results/speakers.md). What did not move at all cannot raise a false alarm and is not counted.

Clusters are speakers wherever one is known, however few: fewer than five are never significant, and
`Comparison.outcome` says what that leaves open.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchbox.gate.verdict import Comparison
from benchbox.records import Measure
from benchbox.results.record import condition_name
from benchbox.results.statistics import (
    clustered_bootstrap,
    draws_for,
    holm,
    minimum_detectable_effect,
    paired_test,
)

MIN_EFFECTS: Mapping[str, float] = {"stoi": 0.005, "estoi": 0.005}
"""Measure -> the smallest change worth failing for ..."""
MIN_EFFECTS_BY_UNIT: Mapping[str, float] = {"MOS-LQO": 0.05, "MOS": 0.05, "dB": 0.2}
"""... unit -> the same for every other measure that has one of these ..."""
MIN_RATIO = 0.05
"""... and, as a part of the baseline's mean, for the rest: 0.2 dB is a ratio of 1.047."""

IN_ONE_CONDITION = 2
"""How much more a single condition must change: what another training does averages out in the pool."""

_FEW_DRAWS = 1_999
"""Enough to tell that a p-value is nowhere near 5 %; those that may be are drawn again, more often."""
_NEAR = 0.1


def smallest_effect(measure: Measure, before: float) -> float:
    """Return the smallest change worth failing for from a mean of `before`, unless the user knows better."""
    fixed = MIN_EFFECTS.get(measure.name, MIN_EFFECTS_BY_UNIT.get(measure.unit))
    return MIN_RATIO * abs(before) if fixed is None else fixed


def pooled(
    pairs: pd.DataFrame, measures: Mapping[str, Measure], given: Mapping[str, float], alpha: float, seed: int
) -> list[Comparison]:
    """Compare each measure of each system over all conditions.

    Args:
        pairs: as `pairing.pair` returns them, scored both times, with the `cluster` of each.
        given: measure -> the smallest change worth failing for, where it is not `smallest_effect`.
    """
    least = _smallest_effects(measures, given)
    return _family(list(_hypotheses(pairs, single=False)), measures, least, alpha, seed)


def by_condition(
    pairs: pd.DataFrame, measures: Mapping[str, Measure], given: Mapping[str, float], alpha: float, seed: int
) -> list[Comparison]:
    """Compare each measure of each system in each condition; nothing where there is but one.

    The smallest change worth failing for is `IN_ONE_CONDITION` times that of the pool.
    """
    if len(pairs[["noise", "snr_db"]].drop_duplicates()) < 2:
        return []
    least = _smallest_effects(measures, given, IN_ONE_CONDITION)
    return _family(list(_hypotheses(pairs, single=True)), measures, least, alpha, seed)


def _smallest_effects(
    measures: Mapping[str, Measure], given: Mapping[str, float], times: float = 1
) -> Callable[[str, float], float]:
    """Return (measure, mean of the baseline) -> the smallest change worth failing for."""
    return lambda name, before: times * given.get(name, smallest_effect(measures[name], before))


@dataclass(frozen=True, eq=False)
class _Hypothesis:
    """That a measure of a system did not change: the pairs that speak to it, as arrays [pair]."""

    system: str
    measure: str
    condition: str | None
    before: float
    after: float
    change: NDArray[np.float64]
    cluster: NDArray[np.int64]


def _hypotheses(pairs: pd.DataFrame, *, single: bool) -> Iterator[_Hypothesis]:
    """Give one a system and measure, or one for each of their single conditions."""
    keys = ["system", "measure", *(["noise", "snr_db"] if single else [])]
    columns = {name: pairs[name].to_numpy() for name in (*keys, "value", "value_now", "change", "cluster")}
    places = pairs.groupby(keys, sort=False, dropna=False).indices.values()
    for rows in sorted(places, key=lambda rows: int(rows[0])):
        first = {name: columns[name][rows[0]] for name in keys}
        yield _Hypothesis(
            first["system"],
            first["measure"],
            condition_name(first["noise"], first["snr_db"]) if single else None,
            float(columns["value"][rows].mean()),
            float(columns["value_now"][rows].mean()),
            columns["change"][rows],
            columns["cluster"][rows],
        )


def _family(
    hypotheses: Sequence[_Hypothesis],
    measures: Mapping[str, Measure],
    least: Callable[[str, float], float],
    alpha: float,
    seed: int,
) -> list[Comparison]:
    moved = [each for each in hypotheses if each.change.any()]
    adjusted = dict(zip(map(id, moved), holm(_p_values(moved, alpha, seed)), strict=True))
    # What Holm asks of the first of them.
    strictest = alpha / max(1, len(moved))
    comparisons = []
    for each in hypotheses:
        p = adjusted.get(id(each), 1.0)
        comparisons.append(
            Comparison(
                system=each.system,
                measure=measures[each.measure],
                before=each.before,
                after=each.after,
                delta=clustered_bootstrap(each.change, each.cluster, seed=seed),
                p=p,
                min_effect=least(each.measure, each.before),
                detectable=minimum_detectable_effect(each.change, each.cluster, alpha=strictest),
                n=len(each.change),
                moved=id(each) in adjusted,
                significant=p < alpha,
                condition=each.condition,
            )
        )
    return comparisons


def _p_values(hypotheses: Sequence[_Hypothesis], alpha: float, seed: int) -> list[float]:
    draws = draws_for(len(hypotheses), alpha)
    p_values = []
    for each in hypotheses:
        p = paired_test(each.change, each.cluster, seed=seed, draws=_FEW_DRAWS)
        if p < _NEAR:
            p = paired_test(each.change, each.cluster, seed=seed, draws=draws)
        p_values.append(p)
    return p_values
