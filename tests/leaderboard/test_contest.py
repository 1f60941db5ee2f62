"""The systems of one group: means, differences and ranks on the mixtures that all of them scored."""

import numpy as np
import pytest
from scipy import stats

from benchbox.results.record import SystemFacts
from tests.leaderboard.scored import (
    PESQ,
    STOI,
    cell,
    clips,
    row,
    score,
    table,
    three_systems,
    unknown,
)


def test_a_mean_and_its_difference_to_noisy_are_those_of_the_values() -> None:
    scores = three_systems()
    good, noisy = clips(2.5, seed=2), clips(1.5, seed=3)
    found = cell(table(scores), "good")
    assert found.mean is not None
    assert found.delta is not None
    assert found.mean.mean == pytest.approx(np.mean(good), abs=1e-12)
    low, high = stats.t.interval(0.95, 19, np.mean(good), stats.sem(good))
    assert found.mean.low == pytest.approx(low, abs=0.02)
    assert found.mean.high == pytest.approx(high, abs=0.02)
    assert found.delta.mean == pytest.approx(np.mean(good) - np.mean(noisy), abs=1e-12)
    # Paired: the clips' own spread cancels.
    assert found.delta.low is not None
    assert found.delta.low > found.delta.mean - 0.06
    assert (found.n, found.n_ok, found.n_failed) == (20, 20, 0)


def test_noisy_has_no_difference_to_itself() -> None:
    assert cell(table(three_systems()), "noisy").delta is None


def test_without_a_noisy_row_there_are_ranks_and_no_differences() -> None:
    scores = three_systems()
    found = table(scores[scores["system"] != "noisy"])
    assert [row.rank for row in found.rows] == [1, 2]
    assert all(row.cells["pesq_nb"].delta is None for row in found.rows)


def test_systems_are_compared_on_the_mixtures_that_all_of_them_scored() -> None:
    scores = score(
        {
            "noisy": {"pesq_nb": [1.0, 1.0, 1.0, 1.0]},
            "a": {"pesq_nb": [2.0, 2.0, 2.0, None]},
            "b": {"pesq_nb": [None, 3.0, 3.0, 9.0]},
        }
    )
    found = table(scores)
    means = [row.cells["pesq_nb"].mean for row in found.rows]
    assert [mean.mean for mean in means if mean] == [1.0, 3.0, 2.0]
    assert {row.cells["pesq_nb"].n for row in found.rows} == {2}
    assert (row(found, "a").n_ok, row(found, "a").n_failed) == (3, 1)
    assert "pesq_nb: 2 of 4 mixtures are left out, since a and b have no score there." in found.warnings
    assert "a: 1 score failed (pesq_nb): reference is silent." in found.notes


def test_a_row_counts_the_mixtures_that_it_lacks() -> None:
    scores = three_systems()
    scores = scores.drop(scores.index[(scores["system"] == "slow") & (scores["utterance"] == "u3")])
    assert {row.system: row.n_missing for row in table(scores).rows} == {"noisy": 0, "good": 0, "slow": 1}


def test_each_measure_has_its_own_shared_mixtures() -> None:
    scores = score(
        {
            "noisy": {"pesq_nb": [1.0, 1.0, 1.0], "stoi": [0.5, 0.5, 0.5]},
            "a": {"pesq_nb": [2.0, None, 2.0], "stoi": [0.6, 0.6, 0.6]},
        }
    )
    found = table(scores, PESQ, STOI)
    assert [cell(found, "noisy", name).n for name in ("pesq_nb", "stoi")] == [2, 3]
    assert (row(found, "a").n_ok, row(found, "a").n_failed) == (2, 1)


def test_a_system_that_scored_nothing_does_not_empty_the_table() -> None:
    scores = score(
        {"noisy": {"pesq_nb": clips(1.0)}, "broken": {"pesq_nb": [None] * 20}, "a": {"pesq_nb": clips(2.0)}}
    )
    found = table(scores)
    assert cell(found, "a").n == 20
    assert (cell(found, "broken").mean, cell(found, "broken").n_failed) == (None, 20)
    assert [(row.system, row.rank) for row in found.rows] == [("noisy", None), ("a", 1), ("broken", None)]


def test_all_failed_gives_a_table_of_failures() -> None:
    found = table(score({"noisy": {"pesq_nb": [None] * 3}, "a": {"pesq_nb": [None] * 3}}))
    assert [(row.rank, row.n_ok, row.n_failed) for row in found.rows] == [(None, 0, 3), (None, 0, 3)]


def test_one_clip_has_a_mean_and_no_interval() -> None:
    found = table(score({"noisy": {"pesq_nb": [1.0]}, "a": {"pesq_nb": [2.0]}}))
    mean = cell(found, "a").mean
    assert mean is not None
    assert (mean.mean, mean.low, mean.high) == (2.0, None, None)
    assert any("all clips are of one recording" in note for note in found.notes)


def test_an_interval_ends_where_the_measure_does() -> None:
    scores = score({"noisy": {"stoi": [0.99, 1.0, 0.2]}})
    mean = cell(table(scores, STOI), "noisy", "stoi").mean
    assert mean is not None
    assert (mean.low, mean.high) == (0.0, 1.0)


def test_a_bound_is_shown_last_unranked_and_limits_nobody() -> None:
    scores = score(
        {
            "oracle_mask": {"pesq_nb": [4.0, None, 4.0]},
            "noisy": {"pesq_nb": [1.0, 1.0, 1.0]},
            "a": {"pesq_nb": [2.0, 2.0, 2.0]},
        }
    )
    found = table(scores, systems={"oracle_mask": SystemFacts(oracle=True), **unknown("noisy", "a")})
    assert [(row.system, row.kind, row.rank) for row in found.rows][-1] == ("oracle_mask", "bound", None)
    assert [cell(found, system).n for system in ("a", "oracle_mask")] == [3, 2]
