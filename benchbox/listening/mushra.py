"""All systems of a mixture at once, rated from 0 to 100 (MUSHRA)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from benchbox.errors import BadRun
from benchbox.listening.ratings import Rating, asked, keep, listener_name, read_ratings
from benchbox.listening.trials import REFERENCE, Trial
from benchbox.mixing import stream


class MushraTest:
    """The trials of a run, and how far each listener is."""

    kind = "mushra"

    def __init__(self, trials: Sequence[Trial], folder: Path, seed: int) -> None:
        self.trials = {trial.mixture: trial for trial in trials}
        self.folder, self.seed = folder, seed
        self._writing = Lock()

    def order(self, listener: str) -> list[str]:
        """Return the trials in the order in which this listener meets them, always the same one."""
        mixtures = sorted(self.trials)
        stream(self.seed, "listening", listener).shuffle(mixtures)
        return mixtures

    def next(self, listener: str, training: bool) -> dict[str, Any]:
        """Return the next trial of a listener, with signals that are told by their places only.

        In training, the first one is shown, and nothing is kept.
        """
        listener_name(listener)
        order = self.order(listener)
        rated = {
            each.mixture
            for each in read_ratings(self.folder)
            if each.listener == listener and each.mixture in self.trials
            # What was added or made anew since then is still to be rated.
            if self.trials[each.mixture].signals.keys() <= each.scores.keys()
            and self.trials[each.mixture].jobs.items() <= each.jobs.items()
        }
        open_ones = [mixture for mixture in order if mixture not in rated]
        state = {"trials": len(order), "rated": len(order) - len(open_ones)}
        if not open_ones:
            return state
        mixture = order[0] if training else open_ones[0]
        trial = self.trials[mixture]
        return {
            **state,
            "trial": order.index(mixture),
            "reference": trial.encoded(REFERENCE),
            "signals": [trial.encoded(name) for name in self.names(mixture, listener)],
        }

    def names(self, mixture: str, listener: str) -> list[str]:
        return self.trials[mixture].order(listener, self.seed)

    def rate(self, answer: Mapping[str, Any]) -> None:
        """Keep what a listener gave.

        Raises:
            BadRun: it is no answer to a trial of this test.
        """
        listener, mixture = asked(answer, self.order)
        names, scores = self.names(mixture, listener), answer.get("scores")
        if not isinstance(scores, list) or len(scores) != len(names):
            raise BadRun(f"trial {answer['trial']} wants {len(names)} ratings")
        with self._writing:
            given = dict(zip(names, scores, strict=True))
            jobs = {name: key for name, key in self.trials[mixture].jobs.items() if name in given}
            keep(self.folder, Rating(listener, mixture, given, jobs))
