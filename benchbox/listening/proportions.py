"""Choices between two systems -> how often, with which certainty, and which measures say the same."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeVar

import pandas as pd

from benchbox.leaderboard.table import Table
from benchbox.listening.choices import Choice, Kind, read_choices
from benchbox.listening.opinions import interval_of, opinions_of, with_opinions
from benchbox.results.statistics import Interval
from benchbox.runs.folder import Run

_Key = TypeVar("_Key", str, tuple[str, str])


@dataclass(frozen=True)
class Proportion:
    """How often answers are of one kind."""

    pair: tuple[str, str]
    """ABX: as named. Preference: the first one is preferred as often as `share` says."""
    listener: str | None
    """None: all listeners."""
    share: Interval
    """ABX: of answers that name X. Preference: of answers for the first system, where neither counts half."""
    answers: int
    listeners: int
    p: float | None = None
    """ABX: how likely as many or more would be by guessing."""


@dataclass(frozen=True)
class Choices:
    """What listeners chose, as far as it is of the present sounds."""

    of: Kind
    kept: Sequence[Choice]
    outdated: int = 0
    """Choices left out since they are of other versions of the sounds than the scores."""


def choices_of(run: Run, kind: Kind) -> Choices:
    """Return what listeners chose between a run's sounds, under the names that the systems have now."""
    given = read_choices(run.path / "listening", kind)
    present = [renamed for choice in given if (renamed := _present(run, choice)) is not None]
    return Choices(kind, present, len(given) - len(present))


def _present(run: Run, choice: Choice) -> Choice | None:
    """Return a choice of systems as they are called now; None where a sound was of another version."""
    names = {}
    for system in choice.pair:
        name = run.system_of(choice.jobs[system]) if system in choice.jobs else system
        if name is None or name not in run.manifest.systems:
            return None
        names[system] = name
    one, other = sorted(names.values())
    said, x = (None if each is None else names[each] for each in (choice.said, choice.x))
    return replace(choice, pair=(one, other), said=said, x=x)


def told_apart(choices: Choices) -> list[Proportion]:
    """Return how often X was named in an ABX test: each pair by all listeners, then by each of several.

    Limits are Clopper and Pearson's, and p is the one-sided binomial test's against guessing: X is drawn
    anew for each answer, so that guesses are independent whoever makes them.
    """
    from scipy.stats import binomtest

    def of(pair: tuple[str, str], listener: str | None, own: Sequence[Choice]) -> Proportion:
        named = sum(choice.said == choice.x for choice in own)
        test = binomtest(named, len(own), 0.5, alternative="greater")
        limits = binomtest(named, len(own)).proportion_ci(method="exact")
        share = Interval(named / len(own), float(limits.low), float(limits.high))
        return Proportion(pair, listener, share, len(own), _listeners(own), float(test.pvalue))

    found = []
    for pair, own in _by(choices.kept, lambda choice: choice.pair):
        found.append(of(pair, None, own))
        if _listeners(own) > 1:
            found += [of(pair, listener, each) for listener, each in _by(own, lambda choice: choice.listener)]
    return found


def preferred(choices: Choices) -> list[Proportion]:
    """Return how often the preferred system of each pair is, with limits over listeners and mixtures."""
    found = []
    for pair, own in _by(choices.kept, lambda choice: choice.pair):
        share = share_of(own, [0.5 if each.said is None else float(each.said == pair[0]) for each in own])
        if share.mean < 0.5:
            low, high = (None if limit is None else 1 - limit for limit in (share.high, share.low))
            share, pair = Interval(1 - share.mean, low, high), pair[::-1]
        found.append(Proportion(pair, None, share, len(own), _listeners(own)))
    return found


def share_of(choices: Sequence[Choice], values: Sequence[float]) -> Interval:
    """Return the mean of a value from 0 to 1 of each choice, clustered by listener and mixture.

    Where all agree, their scatter says nothing: limits are then Clopper and Pearson's of as many answers as
    there are listeners or mixtures, of which there are fewer.
    """
    rows = [(choice.mixture, choice.listener, value) for choice, value in zip(choices, values, strict=True)]
    frame = pd.DataFrame(rows, columns=["mixture", "listener", "value"])
    pivot = frame.pivot_table(index="mixture", columns="listener", values="value")
    share = interval_of(pivot)
    assert share is not None  # there is a choice
    if share.low is None or share.high is None:
        return share
    if share.low == share.high:
        beyond = 0.025 ** (1 / min(pivot.shape))
        low = beyond if share.mean == 1 else 0.0
        high = 1 - beyond if share.mean == 0 else 1.0
        return Interval(share.mean, low, high)
    return Interval(share.mean, max(share.low, 0.0), min(share.high, 1.0))


@dataclass(frozen=True)
class SameChoice:
    """How often a measure is better for the system that a listener preferred."""

    measure: str
    share: Interval
    answers: int


def same_choices(run: Run, choices: Choices) -> list[SameChoice]:
    """Return for each measure how often it says what listeners say, where they prefer either.

    Where it says that both are equal, that counts half.
    """
    found = []
    for measure in run.manifest.measures:
        ok = run.scores[(run.scores["measure"] == measure.name) & (run.scores["status"] == "ok")]
        values = ok.set_index(["mixture", "system"])["value"] * (1 if measure.higher_is_better else -1)
        known = values.dropna().to_dict()
        decided, agreed = [], []
        for choice in choices.kept:
            one, other = (known.get((choice.mixture, system)) for system in choice.pair)
            if choice.said is not None and one is not None and other is not None:
                gain = one - other if choice.said == choice.pair[0] else other - one
                decided.append(choice)
                agreed.append(0.5 if gain == 0 else float(gain > 0))
        if decided:
            found.append(SameChoice(measure.name, share_of(decided, agreed), len(decided)))
    return found


def notes_on_choices(choices: Choices) -> Iterator[str]:
    """Say in a sentence what was chosen between each two systems."""
    for each in told_apart(choices) if choices.of is Kind.abx else preferred(choices):
        one, other = each.pair
        if each.listener is not None:
            continue
        what = f"{one} and {other} told apart" if choices.of is Kind.abx else f"{one} preferred to {other}"
        p = "" if each.p is None else f", p = {each.p:.2g} against guessing"
        yield (
            f"{choices.of}: {what} in {percent(each.share)} of {each.answers} answers of "
            f"{counted(each.listeners, 'listener')}{p}; no part of the ranking."
        )
    if choices.outdated:
        left_out = counted(choices.outdated, "answer")
        yield f"{choices.of}: {left_out} left out, of other versions of the sounds."


def with_listeners(table: Table, run: Run) -> Table:
    """Return a table with all that listeners said: their ratings as a measure, their choices as notes."""
    table = with_opinions(table, opinions_of(run))
    notes = [note for kind in Kind for note in notes_on_choices(choices_of(run, kind))]
    return replace(table, notes=(*table.notes, *notes)) if notes else table


def percent(share: Interval) -> str:
    """Return a share as text: 64 % [51, 77]."""
    limits = (
        "" if share.low is None or share.high is None else f" [{100 * share.low:.0f}, {100 * share.high:.0f}]"
    )
    return f"{100 * share.mean:.0f} %{limits}"


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _listeners(choices: Sequence[Choice]) -> int:
    return len({choice.listener for choice in choices})


def _by(choices: Sequence[Choice], key: Callable[[Choice], _Key]) -> Iterator[tuple[_Key, list[Choice]]]:
    for found, own in groupby(sorted(choices, key=key), key):
        yield found, list(own)
