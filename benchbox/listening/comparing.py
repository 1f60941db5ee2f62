"""Two systems at a time: which of them X is (ABX), or which sounds better (preference)."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from benchbox.errors import BadRun
from benchbox.listening.choices import Choice, Kind, keep_choice, read_choices
from benchbox.listening.ratings import asked, listener_name
from benchbox.listening.trials import ANCHOR, REFERENCE, Trial
from benchbox.mixing import stream

MOST = 500
"""Questions to one listener: nobody answers more."""


class Question(NamedTuple):
    mixture: str
    pair: tuple[str, str]
    number: int


def questions_of(trials: Sequence[Trial], repeats: int) -> list[Question]:
    """Return every two systems of every mixture, as often as is wanted.

    Raises:
        BadRun: there are no two systems, or more questions than anybody answers.
    """
    asked = [
        Question(trial.mixture, pair, number)
        for trial in trials
        for pair in combinations(sorted(trial.signals.keys() - {REFERENCE, ANCHOR}), 2)
        for number in range(repeats)
    ]
    if not asked:
        raise BadRun("there are no two systems to compare: name two with --systems")
    if len(asked) > MOST:
        raise BadRun(
            f"{len(asked)} comparisons are more than a listener answers ({MOST}): name two systems with "
            "--systems"
        )
    return asked


class ComparisonTest:
    """The questions of a test, and how far each listener is."""

    def __init__(
        self, kind: Kind, trials: Sequence[Trial], folder: Path, seed: int, repeats: int = 1
    ) -> None:
        """Take the trials of a run.

        Args:
            folder: RUN/listening.
        """
        self.kind, self.folder, self.seed = kind, folder, seed
        self.trials = {trial.mixture: trial for trial in trials}
        self.questions = questions_of(trials, repeats)
        self._writing = Lock()

    def order(self, listener: str) -> list[Question]:
        """Return the questions in the order in which this listener meets them, always the same one."""
        questions = list(self.questions)
        stream(self.seed, self.kind, listener).shuffle(questions)
        return questions

    def places(self, listener: str, question: Question) -> list[str]:
        """Return the systems that A, B and, in ABX, X are for this listener, always the same ones."""
        rng = stream(self.seed, self.kind, listener, question.mixture, *question.pair, str(question.number))
        systems = list(question.pair)
        rng.shuffle(systems)
        return [*systems, systems[rng.integers(2)]] if self.kind is Kind.abx else systems

    def next(self, listener: str, training: bool) -> dict[str, Any]:
        """Return the next question to a listener, with signals that are told by their places only.

        In training, the first one is asked, and nothing is kept.
        """
        listener_name(listener)
        order = self.order(listener)
        answered = {
            Question(*each.question)
            for each in read_choices(self.folder, self.kind)
            if each.listener == listener
            # What was made anew since then is asked again.
            if each.mixture in self.trials and each.jobs == self._jobs(Question(*each.question))
        }
        open_ones = [question for question in order if question not in answered]
        state = {"trials": len(order), "rated": len(order) - len(open_ones)}
        if not open_ones:
            return state
        question = order[0] if training else open_ones[0]
        trial = self.trials[question.mixture]
        sounds = [trial.encoded(name) for name in self.places(listener, question)]
        return {**state, "trial": order.index(question), "signals": sounds}

    def rate(self, answer: Mapping[str, Any]) -> None:
        """Keep what a listener said: the place of a system, 0 or 1, or null for neither.

        Raises:
            BadRun: it is no answer to a question of this test.
        """
        listener, question = asked(answer, self.order)
        said = answer.get("choice")
        if said is not None and (not isinstance(said, int) or isinstance(said, bool) or said not in (0, 1)):
            raise BadRun(f"a choice is 0, 1 or null, not {said!r:.40}")
        places = self.places(listener, question)
        chosen = None if said is None else places[said]
        x = places[2] if self.kind is Kind.abx else None
        with self._writing:
            choice = Choice(
                listener, question.mixture, question.pair, chosen, x, question.number, self._jobs(question)
            )
            keep_choice(self.folder, self.kind, choice)

    def _jobs(self, question: Question) -> dict[str, str]:
        jobs = self.trials[question.mixture].jobs
        return {name: jobs[name] for name in question.pair if name in jobs}
