from pathlib import Path

import pytest

from benchbox.errors import BadRun
from benchbox.listening.ratings import Rating, keep, listener_name, read_ratings, screened
from benchbox.listening.trials import ANCHOR, REFERENCE


def rating(listener: str = "ann", mixture: str = "m", **scores: float) -> Rating:
    return Rating(listener, mixture, {REFERENCE: 100, ANCHOR: 20, **scores})


def test_ratings_are_kept_as_they_come_and_the_last_of_a_trial_counts(tmp_path: Path) -> None:
    folder = tmp_path / "listening"
    assert read_ratings(folder) == []
    for each in (rating(a=10), rating(a=20), rating("bob", a=30)):
        keep(folder, each)
    assert [(each.listener, each.scores["a"]) for each in read_ratings(folder)] == [("ann", 20), ("bob", 30)]


def test_further_systems_of_a_trial_do_not_replace_those_rated_before(tmp_path: Path) -> None:
    keep(tmp_path, Rating("ann", "m", {"a": 10, "b": 20}, {"a": "k"}))
    keep(tmp_path, Rating("ann", "m", {"b": 30, "c": 40}, {"c": "l"}))
    (found,) = read_ratings(tmp_path)
    assert (found.scores, found.jobs) == ({"a": 10, "b": 30, "c": 40}, {"a": "k", "c": "l"})


@pytest.mark.parametrize("score", [-1, 100.5, float("nan"), float("inf"), "50", None, True])
def test_a_rating_outside_0_to_100_is_refused_and_nothing_is_kept(score: float, tmp_path: Path) -> None:
    with pytest.raises(BadRun, match="a number from 0 to 100"):
        keep(tmp_path, rating(a=score))
    assert read_ratings(tmp_path) == []


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a b", "x" * 41, ".hidden", "a\n"])
def test_a_listeners_name_is_a_file_name(name: str) -> None:
    with pytest.raises(BadRun, match="wants letters"):
        listener_name(name)


def test_a_line_that_a_kill_cut_off_is_left_out_and_a_damaged_one_refused(tmp_path: Path) -> None:
    keep(tmp_path, rating(a=10))
    file = tmp_path / "ann.jsonl"
    whole = file.read_text()
    file.write_text(whole + whole[:20])
    assert len(read_ratings(tmp_path)) == 1
    file.write_text(whole[:20] + "\n" + whole)
    with pytest.raises(BadRun, match="line 1 is no rating"):
        read_ratings(tmp_path)


@pytest.mark.parametrize("cut", [20, -1, -2, 1])
@pytest.mark.parametrize("before", [0, 1])
def test_a_rating_after_one_that_a_kill_cut_off_is_kept_and_harms_none(
    cut: int, before: int, tmp_path: Path
) -> None:
    file = tmp_path / "ann.jsonl"
    keep(tmp_path, rating(a=10))
    line = file.read_text()
    file.write_text(before * line + line.replace('"m"', '"cut"')[:cut])
    cut_off = [each.mixture for each in read_ratings(tmp_path)]
    keep(tmp_path, rating(mixture="next", a=20))
    assert [each.mixture for each in read_ratings(tmp_path)] == [*cut_off, "next"]


def test_who_misses_the_reference_or_takes_the_anchor_for_it_too_often_is_left_out() -> None:
    trials = [f"m{number}" for number in range(10)]
    good = [rating("good", each) for each in trials]
    once = [Rating("once", each, {REFERENCE: 89 if each == "m0" else 95, ANCHOR: 30}) for each in trials]
    deaf = [Rating("deaf", each, {REFERENCE: 89 if each < "m2" else 95, ANCHOR: 30}) for each in trials]
    kind = [Rating("kind", each, {REFERENCE: 100, ANCHOR: 91}) for each in trials]
    kept, excluded = screened([*good, *once, *deaf, *kind])
    assert {each.listener for each in kept} == {"good", "once"}
    assert excluded == {
        "deaf": "rated the hidden reference below 90 in 2 of 10 trials",
        "kind": "rated the anchor above 90 in 10 of 10 trials",
    }


def test_an_anchor_that_hardly_differs_from_the_reference_leaves_nobody_out() -> None:
    heard = [Rating(f"l{number}", "m", {REFERENCE: 100, ANCHOR: 95}) for number in range(2)]
    others = [Rating(f"l{number}", "m", {REFERENCE: 100, ANCHOR: 40}) for number in range(2, 7)]
    assert screened([*heard, *others]) == ([*heard, *others], {})  # 2 of 7 are more than a quarter
    assert set(screened([*heard[:1], *others])[1]) == {"l0"}
