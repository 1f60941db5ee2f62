"""The best table so far and what failed, above the progress bars of `benchbox run`."""

from collections import Counter
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from benchbox.records import Measure, Score

SECONDS = 5
"""How often the table is made anew; it takes some milliseconds."""


class SoFar:
    """Collects the scores of a run that goes on."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str, float | None, str]] = []
        self._failures: Counter[tuple[str, str]] = Counter()
        self._measures: Sequence[Measure] = ()
        self._shown: list[RenderableType] = []
        self._made = 0.0

    def add(self, scores: "Sequence[Score]", measures: "Sequence[Measure]") -> None:
        """Note the scores of a job."""
        self._measures = measures
        for score in scores:
            self._rows.append((score.system, score.mixture, score.measure, score.value, score.status))
            if score.status != "ok":
                self._failures[score.system, score.failure or "no reason given"] += 1

    def lines(self) -> "list[RenderableType]":
        """Return what is to be shown now: nothing before the first score."""
        if self._rows and (not self._shown or monotonic() - self._made >= SECONDS):
            self._shown = [self._table()]
            self._made = monotonic()
        return self._shown

    def _table(self) -> "RenderableType":
        import pandas as pd

        from benchbox.leaderboard.standing import standings
        from benchbox.render.standing import render_standings

        columns = ["system", "mixture", "measure", "value", "status"]
        # A copy: another thread draws than adds.
        scores = pd.DataFrame(list(self._rows), columns=columns)
        return render_standings(standings(scores, self._measures), self._measures, dict(self._failures))
