"""Answers to an exported test, as listeners send them: checked as a whole, then kept as all others are."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchbox.errors import BadRun
from benchbox.listening.choices import KINDS, Choice, Kind, keep_choice, read_choices
from benchbox.listening.exporting import Asked, exported
from benchbox.listening.ratings import Rating, keep, listener_name, read_ratings

_LARGEST = 5_000_000
"""Bytes: 500 answers take 100 thousand."""


class Imported(NamedTuple):
    listener: str
    answers: int
    known: int
    """Of the answers, those that the run had already."""


def import_answers(folder: Path, file: Path) -> Imported:
    """Keep the answers of a file that the page of an exported test gave.

    Args:
        folder: RUN/listening.

    Raises:
        BadRun: it is no such file, or not of a test of this run, or its listener said something else before;
            nothing of it is kept then.
    """
    try:
        content = _read(file)
        listener = listener_name(str(content.get("listener") or ""))
        test = exported(folder, str(content.get("test")))
        answers = content.get("answers")
        if not isinstance(answers, list) or not answers:
            raise BadRun("it holds no answers")
        made = list(_records(listener, test.kind, test.questions, answers))
        before = _before(folder, test.kind, listener)
        new = [each for each in made if not _known(each, before)]
    except BadRun as error:
        raise BadRun(f"{file}: {error}") from None
    for each in new:
        if isinstance(each, Rating):
            keep(folder, each)
        else:
            keep_choice(folder, Kind(test.kind), each)
    return Imported(listener, len(made), len(made) - len(new))


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _LARGEST:
            raise BadRun(f"more than {_LARGEST // 1_000_000} MB are no answers")
        content = json.loads(file.read_bytes(), object_pairs_hook=_unique)
    except OSError as error:
        raise BadRun(f"cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise BadRun(f"is no JSON: {error}") from None
    if not isinstance(content, dict) or content.get("benchbox") != "answers":
        raise BadRun('is no answers to a listening test: those begin with "benchbox": "answers"')
    return content


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return content


def _records(
    listener: str, kind: str, questions: Mapping[str, Asked], answers: list[Any]
) -> Iterator[Rating | Choice]:
    seen = set()
    for number, answer in enumerate(answers, start=1):
        if not isinstance(answer, dict):
            raise BadRun(f"answer {number} is no object")
        question = str(answer.get("question"))
        if question not in questions:
            raise BadRun(f"answer {number} is to no question of this test: {question!r:.40}")
        if question in seen:
            raise BadRun(f"answer {number} is to a question that was answered: {question!r:.40}")
        seen.add(question)
        asked = questions[question]
        try:
            if kind in KINDS:
                choice = _choice(listener, asked, answer)
                choice.check(Kind(kind))
                yield choice
            else:
                rating = _rating(listener, asked, answer)
                rating.check()
                yield rating
        except BadRun as error:
            raise BadRun(f"answer {number}: {error}") from None


def _rating(listener: str, asked: Asked, answer: Mapping[str, Any]) -> Rating:
    scores = answer.get("scores")
    if not isinstance(scores, dict) or scores.keys() != asked.signals.keys():
        raise BadRun(f"wants ratings of its {len(asked.signals)} sounds")
    return Rating(
        listener, asked.mixture, {asked.signals[sound]: scores[sound] for sound in asked.signals}, asked.jobs
    )


def _choice(listener: str, asked: Asked, answer: Mapping[str, Any]) -> Choice:
    said, x = (_system(asked, answer.get(name)) for name in ("said", "x"))
    one, other = sorted(asked.signals.values())
    return Choice(listener, asked.mixture, (one, other), said, x, asked.number, asked.jobs)


def _system(asked: Asked, sound: Any) -> str | None:
    if sound is None:
        return None
    if not isinstance(sound, str) or sound not in asked.signals:
        raise BadRun(f"{sound!r:.40} is none of its sounds")
    return asked.signals[sound]


def _before(folder: Path, kind: str, listener: str) -> dict[object, Rating | Choice]:
    """Return what a listener answered before, by the question."""
    if kind in KINDS:
        return {each.question: each for each in read_choices(folder, Kind(kind)) if each.listener == listener}
    return {each.mixture: each for each in read_ratings(folder) if each.listener == listener}


def _known(made: Rating | Choice, before: Mapping[object, Rating | Choice]) -> bool:
    """Say whether this answer is there already.

    Raises:
        BadRun: another is.
    """
    old = before.get(made.mixture if isinstance(made, Rating) else made.question)
    # To other versions of the sounds anything may have been said.
    if old is None or not made.jobs.items() <= old.jobs.items():
        return False
    if isinstance(made, Rating) and isinstance(old, Rating):
        if not made.scores.keys() <= old.scores.keys():
            return False
        same = made.scores.items() <= old.scores.items()
    else:
        same = made == old
    if not same:
        raise BadRun(
            f"listener {made.listener!r} said something else before: of two people of one name, give one "
            'another "listener" in the file'
        )
    return True
