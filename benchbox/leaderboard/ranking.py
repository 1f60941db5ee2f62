"""Who is better than whom, and how many clips it would take to say so of those who are tied."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from benchbox.results.statistics import clips_needed, draws_for, holm, paired_test

_ROUNDING = 1e-9
"""Scores this near each other, relatively, are one score: sums in another order differ by 1e-13."""


@dataclass(frozen=True)
class Tie:
    """Two neighbours in a ranking that the clips at hand cannot separate."""

    better: str
    other: str
    difference: float
    """How much better, in the measure's unit, on these clips."""
    clips: int
    identical: bool
    """They have the same score on every clip, but for rounding."""
    clips_needed: int | None
    """To separate them, if `difference` is the true one; None where no number would."""


@dataclass(frozen=True)
class Ranking:
    ranks: Mapping[str, int]
    """System -> rank, best first."""
    ties: tuple[Tie, ...]
    p_values: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(better, other) -> p-value of the paired test, Holm-corrected over all pairs."""


def rank(
    values: pd.DataFrame,
    mixtures: pd.DataFrame,
    *,
    higher_is_better: bool = True,
    seed: int = 0,
    alpha: float = 0.05,
) -> Ranking:
    """Rank systems by one measure.

    A rank is one more than the number of systems that are better: by a paired test over identical
    mixtures, Holm-corrected over all pairs.

    Args:
        values: one row a mixture, one column a system, nothing missing.
        mixtures: the same rows; `cluster` says which are not independent, `utterance` which are one clip.
    """
    if values.empty:
        return Ranking({}, ())
    gains = values if higher_is_better else -values
    order = list(gains.mean().sort_values(ascending=False, kind="stable").index)
    pairs = list(combinations(order, 2))
    p_values = holm(
        [
            paired_test(
                gains[better] - gains[other],
                mixtures["cluster"],
                seed=seed,
                draws=draws_for(len(pairs), alpha),
            )
            for better, other in pairs
        ]
    )
    separated = {pair for pair, p in zip(pairs, p_values, strict=True) if p < alpha}
    ranks = {system: 1 + sum((better, system) in separated for better in order) for system in order}
    ranks = dict(sorted(ranks.items(), key=lambda item: item[1]))
    ties = tuple(
        _tie(better, other, gains, mixtures, alpha / len(pairs))
        for better, other in pairwise(ranks)
        if ranks[better] == ranks[other]
    )
    return Ranking(ranks, ties, dict(zip(pairs, p_values, strict=True)))


def _tie(better: str, other: str, gains: pd.DataFrame, mixtures: pd.DataFrame, alpha: float) -> Tie:
    # One difference a clip: more noises of the same clip are not more clips.
    clips = (
        pd.DataFrame(
            {
                "difference": gains[better] - gains[other],
                "cluster": mixtures["cluster"],
                "utterance": mixtures["utterance"],
            }
        )
        .groupby("utterance")
        .agg({"difference": "mean", "cluster": "first"})
    )
    needed = clips_needed(clips["difference"], clips["cluster"], alpha=alpha)
    identical = bool(np.isclose(gains[better], gains[other], rtol=_ROUNDING, atol=_ROUNDING).all())
    return Tie(better, other, float(clips["difference"].mean()), len(clips), identical, needed)
