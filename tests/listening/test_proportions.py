from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchbox.leaderboard import leaderboard
from benchbox.listening.choices import Choice, Kind, keep_choice
from benchbox.listening.proportions import (
    Choices,
    choices_of,
    preferred,
    same_choices,
    share_of,
    told_apart,
    with_listeners,
)
from benchbox.records import Evaluation, Score
from benchbox.runs.folder import Run

PAIR = ("half", "noisy")


def choices(kind: Kind, said: dict[str, Sequence[str | None]], pair: tuple[str, str] = PAIR) -> Choices:
    """Return what listeners said of one mixture after the other; X was always the first system."""
    x = pair[0] if kind is Kind.abx else None
    return Choices(
        kind,
        [
            Choice(listener, f"m{clip}", pair, system, x)
            for listener, systems in said.items()
            for clip, system in enumerate(systems)
        ],
    )


def test_abx_counts_what_was_named_by_all_and_by_each() -> None:
    both = choices(Kind.abx, {"ann": ["half"] * 9 + ["noisy"], "bob": ["half", "noisy"] * 5})
    everybody, ann, bob = told_apart(both)
    assert (everybody.listener, everybody.answers, everybody.listeners) == (None, 20, 2)
    assert everybody.share.mean == 0.7
    assert (ann.listener, ann.share.mean, ann.answers) == ("ann", 0.9, 10)
    # Tables: of ten answers nine or more by guessing 11 in 1024; Clopper and Pearson's limits of 9 in 10.
    assert ann.p == pytest.approx(11 / 1024)
    assert ann.share.low == pytest.approx(0.5550, abs=1e-4)
    assert ann.share.high == pytest.approx(0.9975, abs=1e-4)
    assert bob.p == pytest.approx(638 / 1024)


def test_one_listener_is_told_once() -> None:
    assert len(told_apart(choices(Kind.abx, {"ann": ["half"] * 3}))) == 1


def test_the_preferred_of_two_is_named_first_and_neither_counts_half() -> None:
    said = choices(Kind.preference, {"ann": ["noisy", None, "noisy"], "bob": ["noisy", "half", "noisy"]})
    (found,) = preferred(said)
    assert found.pair == ("noisy", "half")
    assert found.share.mean == pytest.approx(4.5 / 6)
    assert found.share.low is not None
    assert found.share.high is not None
    assert 0 <= found.share.low < found.share.mean < found.share.high <= 1


def test_where_all_agree_limits_are_those_of_as_many_answers_as_there_are_clusters() -> None:
    said = choices(Kind.preference, {name: ["half"] * 8 for name in ("a", "b", "c", "d")})
    (found,) = preferred(said)
    assert (found.share.mean, found.share.high) == (1, 1)
    assert found.share.low == pytest.approx(0.025 ** (1 / 4))
    none = share_of(said.kept, [0.0] * 32)
    assert (none.mean, none.low) == (0, 0)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 4))


def test_one_listener_alone_has_no_limits() -> None:
    (found,) = preferred(choices(Kind.preference, {"ann": ["half", "half", "noisy"]}))
    assert found.share.low is None


def test_choices_follow_the_version_that_was_heard(run: Run) -> None:
    folder = run.path / "listening"
    old = Choice("ann", "m0", ("a", "b"), "b", None, 0, {"a": "noisy-key", "b": "half-key"})
    keep_choice(folder, Kind.preference, old)
    keep_choice(folder, Kind.preference, replace(old, mixture="m1", jobs={"a": "noisy-key", "b": "gone"}))
    found = choices_of(run, Kind.preference)
    assert [(each.pair, each.said) for each in found.kept] == [(("half", "noisy"), "half")]
    assert found.outdated == 1


def test_tables_tell_of_choices_below(run: Run) -> None:
    table = leaderboard(run.results)
    assert with_listeners(table, run) is table
    folder = run.path / "listening"
    for number, said in enumerate(("half", "half", "noisy")):
        keep_choice(folder, Kind.abx, Choice("ann", f"m{number % 2}", PAIR, said, "half", number))
        keep_choice(folder, Kind.preference, Choice("ann", f"m{number}", PAIR, said))
    notes = with_listeners(table, run).notes
    assert notes[-2:] == (
        "abx: half and noisy told apart in 67 % [9, 99] of 3 answers of 1 listener, p = 0.5 against "
        "guessing; no part of the ranking.",
        "preference: half preferred to noisy in 67 % of 3 answers of 1 listener; no part of the ranking.",
    )


def test_a_measure_says_what_listeners_say_as_often_as_it_is_better_for_the_preferred(run: Run) -> None:
    values = {"m0": 3.0, "m1": 1.0}  # better than noisy (1 and 2) on the first, worse on the second
    rows = [
        Score(
            "half", "white", 5.0, f"u{clip}", f"r{clip}", None, mixture, "si_sdr", value,
            "ok", None, 5.0, 4.0, 0.0, 0.0, 1.0,
        )
        for clip, (mixture, value) in enumerate(values.items())
    ]  # fmt: skip
    run.write(Evaluation("half-key", rows, []))
    answers: dict[str, Sequence[str | None]] = {
        "ann": ["half", "half"],
        "bob": ["half", "noisy"],
        "cyd": [None, "half"],
    }
    said = choices(Kind.preference, answers)
    (found,) = same_choices(run, said)
    assert (found.measure, found.answers) == ("si_sdr", 5)
    assert found.share.mean == pytest.approx(3 / 5)
