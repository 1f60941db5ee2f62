"""What listeners gave, in RUN/listening: one file a listener, one line a trial, written as it comes."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from benchbox.errors import BadRun
from benchbox.listening.lines import append, read_lines
from benchbox.listening.trials import ANCHOR, REFERENCE

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)
_SHARE = 0.15
"""Of a listener's trials in which the hidden reference may be missed, or the anchor taken for it."""
_EXCELLENT = 90
_INDISTINCT = 0.25
"""Of a mixture's listeners: where more rate the anchor above 90, it hardly differs from the reference."""


@dataclass(frozen=True)
class Rating:
    """What a listener gave to the signals of one trial."""

    listener: str
    mixture: str
    scores: Mapping[str, float]
    """Signal -> 0 (bad) to 100 (excellent)."""
    jobs: Mapping[str, str] = field(default_factory=dict)
    """System -> the key of the job that its sound was of: another version of it has another."""

    def check(self) -> None:
        """Raise BadRun where a score is no number from 0 to 100."""
        for name, score in self.scores.items():
            # False for NaN as well.
            if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 100:
                raise BadRun(f"a rating is a number from 0 to 100, not {score!r:.40} (of {name!r:.60})")


def listener_name(text: str) -> str:
    """Return a name that a file may have.

    Raises:
        BadRun: it is none.
    """
    if not _NAME.fullmatch(text):
        raise BadRun(f"listener {text!r:.60}: wants letters, digits, '.', '_' and '-', 40 at most")
    return text


def asked(answer: Mapping[str, Any], order: Callable[[str], Sequence[T]]) -> tuple[str, T]:
    """Return who answers, and which of all that this listener is asked, in `order`.

    Raises:
        BadRun: there is no such name, or no such trial.
    """
    listener = listener_name(str(answer.get("listener") or ""))
    number, trials = answer.get("trial"), order(listener)
    if not isinstance(number, int) or not 0 <= number < len(trials):
        raise BadRun(f"no trial {number!r:.40}; there are {len(trials)}")
    return listener, trials[number]


def keep(folder: Path, rating: Rating) -> None:
    """Add a rating to its listener's file; it is on the disk when this returns.

    Raises:
        BadRun: a score is no number from 0 to 100.
    """
    rating.check()
    append(folder / f"{listener_name(rating.listener)}.jsonl", asdict(rating))


def read_ratings(folder: Path) -> list[Rating]:
    """Return what is kept; of a signal that a listener rated twice, the last.

    Raises:
        BadRun: a file is damaged. A last line that was cut off by a kill is left out.
    """
    found: dict[tuple[str, str], Rating] = {}
    for rating in read_lines(folder, "rating", _rating):
        key = (rating.listener, rating.mixture)
        before = found.get(key, rating)
        scores, jobs = {**before.scores, **rating.scores}, {**before.jobs, **rating.jobs}
        found[key] = Rating(*key, scores, jobs)
    return list(found.values())


def _rating(content: Any) -> Rating:
    scores = {str(name): float(score) for name, score in content["scores"].items()}
    if not all(0 <= score <= 100 for score in scores.values()):
        raise ValueError("a rating outside 0-100")
    jobs = {str(name): str(key) for name, key in content.get("jobs", {}).items()}
    return Rating(str(content["listener"]), str(content["mixture"]), scores, jobs)


def screened(ratings: Sequence[Rating]) -> tuple[list[Rating], dict[str, str]]:
    """Return the ratings of reliable listeners, and listener -> why the others are left out.

    Source: ITU-R BS.1534-3, 4.1.2: left out is who rates the hidden reference below 90, or the anchor above
    90, in more than 15 % of the trials. Nobody is for the anchor of a mixture that more than 25 % of its
    listeners rate above 90: at 8 kHz, little speech is lost above 3.5 kHz.
    """
    by_listener: dict[str, list[Rating]] = defaultdict(list)
    for rating in ratings:
        by_listener[rating.listener].append(rating)
    verdicts: dict[str, list[bool]] = defaultdict(list)
    for rating in ratings:
        verdicts[rating.mixture].append(_mistakes(rating))
    distinct = {mixture for mixture, said in verdicts.items() if sum(said) <= _INDISTINCT * len(said)}
    excluded = {}
    for listener, own in by_listener.items():
        missed = sum(rating.scores.get(REFERENCE, 100) < _EXCELLENT for rating in own)
        mistaken = sum(_mistakes(rating) for rating in own if rating.mixture in distinct)
        for count, what in ((missed, "the hidden reference below 90"), (mistaken, "the anchor above 90")):
            if count > _SHARE * len(own):
                excluded[listener] = f"rated {what} in {count} of {len(own)} trials"
    return [rating for rating in ratings if rating.listener not in excluded], excluded


def _mistakes(rating: Rating) -> bool:
    """Say whether the anchor was taken for the reference."""
    return rating.scores.get(ANCHOR, 0) > _EXCELLENT
