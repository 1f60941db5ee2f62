"""What a comparison is said to be, and what of it is told."""

import math
from dataclasses import replace

import pytest

from benchbox.gate.compare import compare
from benchbox.gate.verdict import Comparison
from benchbox.records import Measure
from benchbox.results.statistics import Interval
from tests.gate.scored import (
    NSR,
    PESQ,
    results,
)


def test_a_condition_that_only_repeats_its_pool_is_not_told_again() -> None:
    verdict = compare(results(), results({("unet", "pesq_nb"): -0.3}))
    assert [each.condition for each in verdict.regressions] == [None]
    assert {each.outcome for each in verdict.conditions if each.moved} == {"regression"}


def test_identical_scores_are_unchanged_however_few() -> None:
    verdict = compare(results(clips=1), results(clips=1))
    assert {each.outcome for each in (*verdict.comparisons, *verdict.conditions)} == {"unchanged"}
    assert replace(verdict, strict=True).exit_code == 0


@pytest.mark.parametrize(
    ("measure", "mean", "low", "high", "significant", "detectable", "expected"),
    [
        (PESQ, -0.06, -0.08, -0.04, True, 0.04, "regression"),
        (NSR, -0.06, -0.08, -0.04, True, 0.04, "improvement"),
        (PESQ, -0.04, -0.06, -0.02, True, 0.04, "unchanged"),
        (PESQ, -0.02, -0.06, 0.02, False, 0.04, "unchanged"),  # a change worth failing for would show
        (PESQ, -0.02, -0.04, 0.09, False, 0.07, "unchanged"),  # it may be better, and not much worse
        (PESQ, -0.02, -0.06, 0.02, False, 0.07, "inconclusive"),
        (NSR, -0.02, -0.09, 0.04, False, 0.07, "unchanged"),
        (NSR, 0.02, -0.02, 0.06, False, 0.07, "inconclusive"),
        (PESQ, -0.02, None, None, False, math.inf, "inconclusive"),
    ],
)
def test_an_outcome_says_what_interval_and_power_allow(
    measure: Measure,
    mean: float,
    low: float | None,
    high: float | None,
    significant: bool,
    detectable: float,
    expected: str,
) -> None:
    delta, p = Interval(mean, low, high), 0.01 if significant else 0.5
    made = Comparison("a", measure, 2.0, 2.0 + mean, delta, p, 0.05, detectable, 20, True, significant)
    assert made.outcome == expected
