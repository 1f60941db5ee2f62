import numpy as np
import pandas as pd

from benchbox.leaderboard.ranking import rank


def mixtures(clips: int, conditions: int = 1) -> pd.DataFrame:
    utterances = [f"u{number}" for number in range(clips)] * conditions
    return pd.DataFrame({"utterance": utterances, "cluster": utterances})


def clip_effects(clips: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 3, size=clips)


def test_a_small_difference_on_identical_mixtures_separates_what_the_means_alone_would_not() -> None:
    base, rng = clip_effects(30), np.random.default_rng(1)
    values = pd.DataFrame({"b": base, "a": base + 0.2 + rng.normal(0, 0.1, 30)})
    assert values.std().min() > 10 * 0.2
    assert dict(rank(values, mixtures(30)).ranks) == {"a": 1, "b": 2}


def test_systems_that_no_test_separates_share_a_rank_and_the_next_rank_is_skipped() -> None:
    base, rng = clip_effects(30), np.random.default_rng(2)
    values = pd.DataFrame(
        {
            "worst": base - 1 + rng.normal(0, 0.1, 30),
            "one": base + rng.normal(0, 0.1, 30),
            "other": base + 0.01 + rng.normal(0, 0.1, 30),
        }
    )
    assert sorted(rank(values, mixtures(30)).ranks.values()) == [1, 1, 3]


def test_lower_is_better_turns_the_order() -> None:
    base = clip_effects(20)
    values = pd.DataFrame({"a": base, "b": base - 1})
    assert list(rank(values, mixtures(20), higher_is_better=False).ranks.items()) == [("b", 1), ("a", 2)]


def test_more_pairs_need_more_evidence() -> None:
    # 6 clips can reach p = 2 / 2**6 = 0.031: enough for one pair, not for Holm's first of three.
    base = clip_effects(6)
    two = pd.DataFrame({"a": base + 1, "b": base})
    assert list(rank(two, mixtures(6)).ranks.values()) == [1, 2]
    assert list(rank(two.assign(c=base - 1), mixtures(6)).ranks.values()) == [1, 1, 1]


def test_a_tie_tells_how_many_clips_would_separate_it() -> None:
    rng = np.random.default_rng(3)
    difference = rng.normal(size=40)
    difference = (difference - difference.mean()) / difference.std(ddof=1) * 0.5 + 0.1
    base = clip_effects(40)
    (tie,) = rank(pd.DataFrame({"a": base + difference, "b": base}), mixtures(40)).ties
    assert (tie.better, tie.other, tie.clips) == ("a", "b", 40)
    assert abs(tie.difference - 0.1) < 1e-12
    # Cohen: an effect of 0.2 standard deviations at alpha .05 and power .8 needs 199 pairs.
    assert tie.clips_needed is not None
    assert abs(tie.clips_needed - 199) <= 2


def test_clips_are_counted_once_however_many_conditions_they_were_mixed_into() -> None:
    rng = np.random.default_rng(4)
    base, noise = clip_effects(20), rng.normal(0, 0.5, 20)
    once = pd.DataFrame({"a": base + noise, "b": base})
    thrice = pd.concat([once] * 3, ignore_index=True)
    (first,), (second,) = rank(once, mixtures(20)).ties, rank(thrice, mixtures(20, conditions=3)).ties
    assert (first.clips, first.clips_needed) == (second.clips, second.clips_needed)


def test_more_clips_are_needed_than_there_are() -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        values = pd.DataFrame({"a": rng.normal(0.4, 1, 12), "b": 0.0, "c": rng.normal(0, 1, 12)})
        for tie in rank(values, mixtures(12)).ties:
            assert tie.clips_needed is None or tie.clips_needed > tie.clips


def test_identical_systems_are_tied_for_good() -> None:
    (tie,) = rank(pd.DataFrame({"a": clip_effects(9), "b": clip_effects(9)}), mixtures(9)).ties
    assert (tie.difference, tie.clips_needed) == (0.0, None)


def test_nothing_to_rank_gives_no_ranks() -> None:
    assert dict(rank(pd.DataFrame({"a": [], "b": []}), mixtures(0)).ranks) == {}
    assert dict(rank(pd.DataFrame({"a": [1.0]}), mixtures(1)).ranks) == {"a": 1}
