import math
from collections.abc import Callable
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from benchbox.results.statistics import (
    clips_needed,
    clustered_bootstrap,
    draws_for,
    holm,
    minimum_detectable_effect,
    paired_test,
)

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, NDArray[np.int64]], Floats]
Sizes = Callable[[np.random.Generator, int], NDArray[np.int64]]


def normal(rng: np.random.Generator, index: NDArray[np.int64]) -> Floats:
    values: Floats = rng.normal(size=index[-1] + 1)[index] + rng.normal(size=len(index))
    return values


def skewed(rng: np.random.Generator, index: NDArray[np.int64]) -> Floats:
    """Look like NSR: lognormal, mean zero after the shift."""
    logarithm = 0.5 * rng.normal(size=index[-1] + 1)[index] + 0.5 * rng.normal(size=len(index))
    values: Floats = np.exp(logarithm) - math.exp(0.25)
    return values


def very_skewed(rng: np.random.Generator, index: NDArray[np.int64]) -> Floats:
    values: Floats = rng.exponential(size=index[-1] + 1)[index] - 1 + 0.5 * rng.normal(size=len(index))
    return values


def equal(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    return np.full(count, 5)


def unequal(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    return rng.integers(1, 9, count)


def very_unequal(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Return 1 to 30 clips a cluster; they count as little more than half as many equal clusters."""
    return rng.geometric(0.15, count).clip(1, 30)


def simulate(
    draw: Draw, count: int, sizes: Sizes, repetitions: int, seed: int = 0
) -> list[tuple[Floats, NDArray[np.int64]]]:
    """Return (values, clusters) of true mean zero."""
    rng = np.random.default_rng(seed)
    indices = (np.repeat(np.arange(count), sizes(rng, count)) for _ in range(repetitions))
    return [(draw(rng, index), index) for index in indices]


def limits(values: ArrayLike, clusters: ArrayLike, **options: int) -> tuple[float, float]:
    interval = clustered_bootstrap(values, clusters, **options)
    assert interval.low is not None
    assert interval.high is not None
    return interval.low, interval.high


@pytest.mark.parametrize("draw", [normal, skewed, very_skewed])
@pytest.mark.parametrize("sizes", [equal, unequal, very_unequal])
@pytest.mark.parametrize("count", [5, 8, 20])
def test_nominal_95_percent_intervals_cover_93_to_97_percent(draw: Draw, sizes: Sizes, count: int) -> None:
    found = [limits(*each, resamples=999) for each in simulate(draw, count, sizes, repetitions=1500)]
    covered = np.mean([low <= 0 <= high for low, high in found])
    assert 0.93 - 0.006 <= covered <= 0.97 + 0.006  # a standard error of 1500 repetitions on either side


@pytest.mark.parametrize("draw", [normal, skewed])
@pytest.mark.parametrize("sizes", [equal, unequal])
@pytest.mark.parametrize("count", [5, 8, 20])
def test_a_paired_test_of_nothing_is_significant_at_most_one_time_in_twenty(
    draw: Draw, sizes: Sizes, count: int
) -> None:
    data = simulate(draw, count, sizes, repetitions=1500)
    found = np.mean([paired_test(*each, draws=1999) <= 0.05 for each in data])
    assert (
        0.015 <= found <= 0.07
    )  # the bottom is five normal clusters of unequal size, the top eight skewed ones


def test_without_clusters_the_interval_is_close_to_students() -> None:
    values = np.random.default_rng(1).normal(3.0, 2.0, size=200)
    low, high = stats.t.interval(0.95, 199, values.mean(), stats.sem(values))
    interval = clustered_bootstrap(values, np.arange(200))
    assert interval.mean == pytest.approx(values.mean(), abs=1e-12)
    assert interval.low == pytest.approx(low, abs=0.03)
    assert interval.high == pytest.approx(high, abs=0.03)


def test_repeating_every_clip_does_not_narrow_the_interval() -> None:
    values = np.random.default_rng(2).normal(size=20)
    once = clustered_bootstrap(values, np.arange(20))
    often = clustered_bootstrap(np.repeat(values, 9), np.repeat(np.arange(20), 9))
    assert often.low == pytest.approx(once.low, abs=1e-9)
    assert often.high == pytest.approx(once.high, abs=1e-9)


def test_two_clusters_give_students_interval_with_one_degree_of_freedom() -> None:
    interval = clustered_bootstrap([1.0, 3.0], ["a", "b"])
    assert interval.mean == 2.0
    assert interval.low == pytest.approx(2.0 - 12.7062, abs=1e-3)  # t(0.975, 1) * |3 - 1| / 2
    assert interval.high == pytest.approx(2.0 + 12.7062, abs=1e-3)


def test_one_cluster_gives_a_mean_without_limits() -> None:
    interval = clustered_bootstrap([1.0, 2.0, 6.0], ["a", "a", "a"])
    assert (interval.mean, interval.low, interval.high) == (3.0, None, None)


def test_clusters_of_unequal_size_count_as_fewer_equal_ones() -> None:
    # Sizes 1, 1, 1, 3 count as 6**2 / 12 = 3 clusters, so t has 2 degrees of freedom. The mean is 2; the
    # clusters' sums miss theirs by -1, 1, 3 and -3, and CR2 divides by what is left, 5/6 or 1/2 of the clips.
    error = math.sqrt((1 + 1 + 9) / (5 / 6) + 9 / (1 / 2)) / 6
    low, high = limits([1.0, 3.0, 5.0, 0.0, 2.0, 1.0], ["a", "b", "c", "d", "d", "d"])
    assert (low, high) == pytest.approx((2 - 4.30265 * error, 2 + 4.30265 * error), abs=1e-4)


def test_where_one_cluster_has_nearly_all_clips_two_clusters_are_left() -> None:
    clusters = np.repeat(np.arange(4), [1, 1, 1, 97])
    low, high = limits(np.arange(100.0), clusters)
    error = 49.5 - low
    assert error == pytest.approx(high - 49.5, abs=1e-9)
    sums = np.bincount(clusters, np.arange(100.0) - 49.5)
    expected = math.sqrt((sums[:3] ** 2 / 0.99).sum() + sums[3] ** 2 / 0.03) / 100
    assert error == pytest.approx(12.7062 * expected, rel=1e-4)  # t with 1 degree of freedom


@pytest.mark.parametrize("value", [2.0, 0.1, -1e6, 0.0])
@pytest.mark.parametrize("count", [2, 4, 8, 40])
def test_equal_values_give_an_interval_of_no_width(value: float, count: int) -> None:
    clusters = np.repeat(np.arange(count), np.arange(count) % 3 + 1)
    assert limits(np.full(clusters.size, value), clusters) == pytest.approx((value, value), rel=1e-12)


@pytest.mark.parametrize("spread", [0.0, 1e-9, 1e-3])
def test_one_outlier_reaches_no_farther_than_three_times_students_t(spread: float) -> None:
    values = np.append(spread * np.arange(19), 1.0)
    mean, error = values.mean(), stats.sem(values)
    quantile = stats.t.ppf(0.975, 19)
    low, high = limits(values, range(20))
    assert low == pytest.approx(mean - quantile * error, abs=1e-9)
    assert high == pytest.approx(mean + 3 * quantile * error, abs=1e-9)


numbers = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(-1e3, 1e3).map(lambda value: round(value, 3)))
"""Scores repeat, as counts and limits do."""
clustered = st.lists(st.tuples(numbers, st.integers(0, 11)), min_size=2, max_size=60).filter(
    lambda rows: len({cluster for _, cluster in rows}) > 1
)


@given(rows=clustered)
def test_limits_are_finite_and_hold_the_mean_whatever_the_values_and_clusters(
    rows: list[tuple[float, int]],
) -> None:
    values, clusters = zip(*rows, strict=True)
    low, high = limits(values, clusters)
    assert math.isfinite(low)
    assert math.isfinite(high)
    mean, rounding = np.mean(values), 1e-12 * np.abs(values).max()
    assert low - rounding <= mean <= high + rounding


@given(
    rows=clustered,
    scale=st.sampled_from([-1.0, 1e-3, 7.0]),
    shift=st.floats(-100, 100),
    order=st.randoms(use_true_random=False),
)
def test_limits_follow_the_scale_and_not_the_order_of_rows(
    rows: list[tuple[float, int]], scale: float, shift: float, order: Random
) -> None:
    values, clusters = map(np.array, zip(*rows, strict=True))
    expected = sorted(scale * limit + shift for limit in limits(values, clusters))
    places = order.sample(range(len(rows)), len(rows))
    found = limits((scale * values + shift)[places], clusters[places])
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6 * (1 + abs(scale) * np.ptp(values)))


def test_the_same_seed_gives_the_same_interval_and_another_seed_nearly() -> None:
    values, clusters = simulate(skewed, 12, unequal, repetitions=1)[0]
    first, again, other = (clustered_bootstrap(values, clusters, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert first.high == pytest.approx(other.high, rel=0.3)


def test_values_that_are_missing_or_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        clustered_bootstrap([1.0, math.nan], ["a", "b"])
    with pytest.raises(ValueError, match="at least one"):
        paired_test([], [])


def test_flipping_signs_of_few_clusters_is_the_exact_test() -> None:
    differences = np.array([0.5, 1.5, -0.25, 2.0])
    by_hand = np.mean(
        [
            abs(np.dot(signs, differences)) >= abs(differences.sum()) - 1e-12
            for signs in product((1, -1), repeat=4)
        ]
    )
    assert paired_test(differences, range(4)) == pytest.approx(by_hand, abs=1e-15)


def test_the_paired_test_agrees_with_scipys_permutation_and_t_tests() -> None:
    for seed in range(10):
        differences = np.random.default_rng(seed).normal(0.3, 1.0, size=40)
        rng = np.random.default_rng(100)
        flipped = stats.permutation_test(
            (differences,), np.sum, permutation_type="samples", n_resamples=9999, rng=rng
        ).pvalue
        found = paired_test(differences, range(40))
        assert flipped - 0.015 <= found <= flipped + 0.05  # the bootstrap may ask for more
        assert found == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.05)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_fewer_than_five_clusters_never_prove_a_difference(count: int) -> None:
    assert paired_test([10.0, 11.0, 12.0, 10.5][:count], range(count)) == 2 / 2**count


def test_five_clusters_prove_a_difference_that_is_large_beside_their_spread() -> None:
    values = [10.0, 11.0, 12.0, 10.5, 11.5]
    assert stats.ttest_1samp(values, 0).pvalue <= paired_test(values, range(5)) < 0.001


def test_five_clusters_with_a_long_tail_towards_zero_prove_nothing() -> None:
    values = [4.2, 4.1, 4.0, 3.9, 1.0]
    assert stats.ttest_1samp(values, 0).pvalue < 0.005
    assert paired_test(values, range(5)) > 0.05


def test_ten_clusters_and_more_are_decided_by_flips_unless_many_tests_ask_for_more() -> None:
    values = np.random.default_rng(3).normal(10, 1, size=12)
    assert paired_test(values, range(12), draws=draws_for(50)) == 2 / 2**12
    many = 500
    assert paired_test(values, range(12), draws=draws_for(many)) < 0.05 / many < 2 / 2**12


def test_five_clusters_that_differ_in_both_directions_prove_nothing() -> None:
    assert paired_test([10.0, 11.0, 12.0, 10.5, -0.1], range(5)) >= 4 / 2**5


@pytest.mark.parametrize("count", [5, 8])
def test_a_test_finds_what_the_interval_leaves_out(count: int) -> None:
    # All of one sign, so that flips alone would stop at 2 / 2**count.
    for values, clusters in simulate(normal, count, unequal, repetitions=20):
        for shift in (2.0, 4.0, 8.0):
            low, high = limits(values + shift, clusters, resamples=9_999)
            p = paired_test(values + shift, clusters)
            sums = np.bincount(clusters, values + shift)
            if (sums > 0).all() and not 0.045 < p < 0.055:
                assert (p < 0.05) == (low > 0 or high < 0)


@pytest.mark.parametrize(("draw", "most"), [(normal, 0.05), (skewed, 0.13)])
@pytest.mark.parametrize("count", [5, 8])
def test_the_first_of_sixteen_tests_of_few_clusters_is_seldom_significant(
    count: int, draw: Draw, most: float
) -> None:
    data = simulate(draw, count, equal, repetitions=3000)
    found = np.mean([paired_test(*each) <= 0.05 / 16 for each in data])
    assert 16 * found <= most


def test_a_constant_difference_is_decided_by_the_number_of_clusters() -> None:
    assert paired_test([0.1] * 8, range(8)) == 2 / 2**8


def test_a_change_of_one_clip_proves_nothing() -> None:
    assert paired_test([-5.0] + [0.0] * 29, range(30)) == 1.0


def test_no_difference_at_all_has_p_one() -> None:
    assert paired_test([0.0] * 20, range(20)) == 1.0
    assert paired_test([3.0], ["a"]) == 1.0


def test_holm_agrees_with_the_published_procedure() -> None:
    # Sorted .005 .01 .03 .04 times 4 3 2 1, and never below the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-15)
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_enough_flips_are_drawn_for_one_of_many_tests_to_be_significant() -> None:
    for tests in (1, 100, 5000):
        assert tests / (draws_for(tests) + 1) < 0.05


@pytest.mark.parametrize("alpha", [0.05, 0.05 / 16])
@pytest.mark.parametrize("sizes", [equal, unequal])
@pytest.mark.parametrize("count", [5, 8, 20])
def test_the_detectable_effect_is_found_about_four_times_in_five(
    count: int, sizes: Sizes, alpha: float
) -> None:
    data = simulate(normal, count, sizes, repetitions=400)
    effect = float(np.mean([minimum_detectable_effect(*each, alpha=alpha) for each in data]))
    found = np.mean([paired_test(values + effect, clusters) <= alpha for values, clusters in data])
    assert 0.70 <= found <= 0.90


def test_no_effect_is_detectable_with_too_few_clusters() -> None:
    assert minimum_detectable_effect([1.0, 1.1, 0.9, 1.0], range(4)) == math.inf
    assert minimum_detectable_effect([1.0, 1.1], ["a", "a"]) == math.inf
    assert math.isfinite(minimum_detectable_effect([1.0, 1.1, 0.9, 1.0, 1.2], range(5)))


def test_clips_needed_agrees_with_the_textbook() -> None:
    # Cohen (1988): a paired t-test of d = 0.5 at alpha .05 reaches a power of .8 with 34 pairs.
    differences = np.random.default_rng(5).normal(size=100)
    differences = (differences - differences.mean()) / differences.std(ddof=1) + 0.5
    assert clips_needed(differences, range(100)) == pytest.approx(34, abs=1)


def test_clips_needed_counts_clips_and_not_recordings() -> None:
    per_recording = np.random.default_rng(6).normal(0.5, 1.0, size=20)
    recordings = clips_needed(per_recording, range(20))
    assert recordings is not None
    assert clips_needed(np.repeat(per_recording, 4), np.repeat(range(20), 4)) == 4 * recordings


def test_equal_systems_are_separated_by_no_number_of_clips() -> None:
    assert clips_needed([0.0] * 10, range(10)) is None
    assert clips_needed([1.0, -1.0] * 5, range(10)) is None
    assert clips_needed([1.0, 2.0], ["a", "a"]) is None
