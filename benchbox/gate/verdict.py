"""What became of a baseline: comparisons, new failures, what is missing, and the exit code."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from benchbox.records import Measure
from benchbox.results.statistics import Interval

Outcome: TypeAlias = Literal["regression", "improvement", "unchanged", "inconclusive"]


@dataclass(frozen=True)
class Comparison:
    """One measure of one system, then and now, over the mixtures that were scored both times."""

    system: str
    measure: Measure
    before: float
    after: float
    delta: Interval
    """after - before."""
    p: float
    """Holm-adjusted over its family: all pools, or all conditions, in which anything moved."""
    min_effect: float
    detectable: float
    """The smallest change that these clips show four times in five; infinite where they are too few."""
    n: int
    moved: bool
    """False where every score is identical."""
    significant: bool
    condition: str | None = None
    """The only condition it is about, such as "white 5 dB"; None of the pool of them all."""

    @property
    def outcome(self) -> Outcome:
        """Return what the change is.

        Worse or better where it is significant and exceeds the minimum effect. Unchanged where a change worth
        failing for would have been found, or where the interval excludes one; anything else is inconclusive.
        """
        if self.significant and abs(self.delta.mean) > self.min_effect:
            better = (self.delta.mean > 0) == self.measure.higher_is_better
            return "improvement" if better else "regression"
        if not self.moved or self.detectable <= self.min_effect:
            return "unchanged"
        return "unchanged" if self.worst is not None and self.worst <= self.min_effect else "inconclusive"

    @property
    def worst(self) -> float | None:
        """Return by how much it may have become worse, at the far end of the interval; None without one."""
        if self.delta.low is None or self.delta.high is None:
            return None
        return -self.delta.low if self.measure.higher_is_better else self.delta.high


@dataclass(frozen=True)
class NewFailures:
    """Scores that the baseline has and the candidate could not give."""

    system: str
    measure: str
    count: int
    n: int
    """Scores that the baseline has."""
    reason: str
    """The commonest."""


@dataclass(frozen=True)
class Verdict:
    """What became of a baseline."""

    comparisons: tuple[Comparison, ...]
    """One a system and measure, over all conditions."""
    failures: tuple[NewFailures, ...]
    missing: tuple[str, ...]
    """What the baseline has and the candidate has not: "system vqunet", "measure stoi", "3 of 9 mixtures"."""
    notes: tuple[str, ...]
    alpha: float
    conditions: tuple[Comparison, ...] = ()
    """One a system, measure and condition; none where there is one condition only."""
    strict: bool = False
    """What is inconclusive fails."""

    @property
    def regressions(self) -> list[Comparison]:
        return self._found("regression")

    @property
    def improvements(self) -> list[Comparison]:
        return self._found("improvement")

    @property
    def inconclusive(self) -> list[Comparison]:
        """Return what lacks the power to say that nothing worth failing for happened."""
        return self._found("inconclusive", told_by=("inconclusive", "regression"))

    def _found(self, outcome: Outcome, told_by: Iterable[Outcome] = ()) -> list[Comparison]:
        """Give comparisons of one outcome; conditions only where their pool does not tell that already."""
        pools = {(each.system, each.measure.name): each.outcome for each in self.comparisons}
        told = set(told_by) or {outcome}
        return [
            *(each for each in self.comparisons if each.outcome == outcome),
            *(
                each
                for each in self.conditions
                if each.outcome == outcome and pools.get((each.system, each.measure.name)) not in told
            ),
        ]

    @property
    def exit_code(self) -> Literal[0, 1]:
        """Return 1 where something became worse, newly fails or is missing, or if strict, is inconclusive."""
        failed = self.regressions or self.failures or self.missing or (self.strict and self.inconclusive)
        return 1 if failed else 0
