from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchbox.errors import BadRun
from benchbox.listening.choices import Kind, read_choices
from benchbox.listening.comparing import ComparisonTest, Question, questions_of
from benchbox.listening.trials import Trial, trials_of
from benchbox.runs.folder import Run


@pytest.fixture(scope="module")
def trials(finished: Run) -> list[Trial]:
    return trials_of(finished, together=False)


def test_every_two_systems_of_every_mixture_are_compared_as_often_as_is_wanted(trials: list[Trial]) -> None:
    asked = questions_of(trials, 3)
    assert len(set(asked)) == 2 * 6 * 3  # mixtures, pairs of noisy and three systems, repeats
    with pytest.raises(BadRun, match="720 comparisons are more than a listener answers"):
        questions_of(trials, 60)


def test_one_system_alone_is_not_compared(finished: Run) -> None:
    with pytest.raises(BadRun, match="there are no two systems to compare"):
        questions_of(trials_of(finished, ["wiener"]), 1)


@pytest.mark.parametrize("kind", Kind)
def test_order_and_places_are_a_listeners_own_and_always_the_same(
    kind: Kind, trials: list[Trial], tmp_path: Path
) -> None:
    test = ComparisonTest(kind, trials, tmp_path, 0, repeats=4)
    assert test.order("ann") == test.order("ann")
    assert test.order("ann") != test.order("bob")
    places = [test.places("ann", question) for question in test.order("ann")]
    assert places == [test.places("ann", question) for question in test.order("ann")]
    # A is either, and X is A as often as B, but for chance: 48 questions.
    assert 15 < sum(place[0] == min(place[:2]) for place in places) < 33
    if kind is Kind.abx:
        assert 15 < sum(place[2] == place[0] for place in places) < 33


def test_a_question_is_asked_again_when_a_sound_was_made_anew(trials: list[Trial], tmp_path: Path) -> None:
    test = ComparisonTest(Kind.preference, trials, tmp_path, 0)
    for number in range(12):
        test.rate({"listener": "ann", "trial": number, "choice": number % 2})
    assert test.next("ann", training=False) == {"trials": 12, "rated": 12}
    assert test.next("bob", training=False)["rated"] == 0
    counts = Counter(choice.said for choice in read_choices(tmp_path, Kind.preference))
    assert sum(counts.values()) == 12
    anew = replace(trials[0], jobs={**trials[0].jobs, "wiener": "another"})
    after = ComparisonTest(Kind.preference, [anew, *trials[1:]], tmp_path, 0)
    assert after.next("ann", training=False)["rated"] == 12 - 3  # wiener with noisy and two systems


def test_a_place_that_is_none_is_refused(trials: list[Trial], tmp_path: Path) -> None:
    test = ComparisonTest(Kind.abx, trials, tmp_path, 0)
    good: dict[str, Any] = {"listener": "ann", "trial": 0, "choice": 0}
    for choice in (2, -1, True, "0", [0]):
        with pytest.raises(BadRun, match="a choice is 0, 1 or null"):
            test.rate({**good, "choice": choice})
    with pytest.raises(BadRun, match="X is one of the two systems"):
        test.rate({**good, "choice": None})
    with pytest.raises(BadRun, match="no trial 12; there are 12"):
        test.rate({**good, "trial": 12})
    assert read_choices(tmp_path, Kind.abx) == []
    test.rate(good)
    (kept,) = read_choices(tmp_path, Kind.abx)
    assert kept.said == test.places("ann", Question(*kept.question))[0]
