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

from collections.abc import Callable, Hashable, Mapping, Sequence

import pandas as pd

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

_DRAWS = 9_999
"""Enough to tell that a p-value is not small; small ones are drawn again, more often."""
_SMALL = 20 / _DRAWS


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
    return _family(pairs, ["system", "measure"], measures, least, alpha, seed)


def by_condition(
    pairs: pd.DataFrame, measures: Mapping[str, Measure], given: Mapping[str, float], alpha: float, seed: int
) -> list[Comparison]:
    """Compare each measure of each system in each condition; nothing where there is but one.

    The smallest change worth failing for is `IN_ONE_CONDITION` times that of the pool.
    """
    named = pairs.assign(condition=list(map(condition_name, pairs["noise"], pairs["snr_db"])))
    if named["condition"].nunique() < 2:
        return []
    least = _smallest_effects(measures, given, IN_ONE_CONDITION)
    return _family(named, ["system", "measure", "condition"], measures, least, alpha, seed)


def _smallest_effects(
    measures: Mapping[str, Measure], given: Mapping[str, float], times: float = 1
) -> Callable[[str, float], float]:
    """Return (measure, mean of the baseline) -> the smallest change worth failing for."""
    return lambda name, before: times * given.get(name, smallest_effect(measures[name], before))


def _family(
    pairs: pd.DataFrame,
    keys: list[str],
    measures: Mapping[str, Measure],
    least: Callable[[str, float], float],
    alpha: float,
    seed: int,
) -> list[Comparison]:
    groups: dict[Hashable, pd.DataFrame] = dict(iter(pairs.groupby(keys, sort=False)))
    moved = [key for key, rows in groups.items() if rows["change"].any()]
    adjusted = dict(zip(moved, holm(_p_values([groups[key] for key in moved], alpha, seed)), strict=True))
    # What Holm asks of the first of them.
    strictest = alpha / max(1, len(moved))
    comparisons = []
    for key, rows in groups.items():
        first = rows.iloc[0]
        measure, before, p = measures[first["measure"]], float(rows["value"].mean()), adjusted.get(key, 1.0)
        comparisons.append(
            Comparison(
                system=first["system"],
                measure=measure,
                before=before,
                after=float(rows["value_now"].mean()),
                delta=clustered_bootstrap(rows["change"], rows["cluster"], seed=seed),
                p=p,
                min_effect=least(measure.name, before),
                detectable=minimum_detectable_effect(rows["change"], rows["cluster"], alpha=strictest),
                n=len(rows),
                moved=key in adjusted,
                significant=p < alpha,
                condition=first.get("condition"),
            )
        )
    return comparisons


def _p_values(groups: Sequence[pd.DataFrame], alpha: float, seed: int) -> list[float]:
    draws = draws_for(len(groups), alpha)
    p_values = []
    for rows in groups:
        p = paired_test(rows["change"], rows["cluster"], seed=seed, draws=_DRAWS)
        if p < _SMALL and draws > _DRAWS:
            p = paired_test(rows["change"], rows["cluster"], seed=seed, draws=draws)
        p_values.append(p)
    return p_values
