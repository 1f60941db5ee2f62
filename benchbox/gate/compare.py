"""Baseline x candidate -> Verdict: is a system worse, by more than chance and by more than matters?"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pandas as pd

from benchbox.errors import BadRun, UnknownName
from benchbox.gate.baseline import five_digits, is_ok
from benchbox.records import Measure
from benchbox.results.audio import refuse_other_audio
from benchbox.results.clusters import clusters_of
from benchbox.results.identity import differing_identities
from benchbox.results.record import Results
from benchbox.results.statistics import (
    Interval,
    clustered_bootstrap,
    draws_for,
    holm,
    minimum_detectable_effect,
    paired_test,
)

MIN_EFFECTS: Mapping[str, float] = {"stoi": 0.005, "estoi": 0.005}
"""Measure -> the smallest change worth failing for ..."""
MIN_EFFECTS_BY_UNIT: Mapping[str, float] = {"MOS-LQO": 0.05, "MOS": 0.05, "dB": 0.2}
"""... unit -> the same for every other measure that has one of these ..."""
MIN_RATIO = 0.05
"""... and, as a part of the baseline's mean, for the rest: 0.2 dB is a ratio of 1.047."""

Outcome: TypeAlias = Literal["regression", "improvement", "unchanged"]


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
    """Holm-adjusted over all comparisons in which anything moved."""
    min_effect: float
    detectable: float
    """The smallest change that these clips show four times in five; infinite where they are too few."""
    n: int
    moved: bool
    """False where every score is identical."""
    significant: bool

    @property
    def outcome(self) -> Outcome:
        if not self.significant or abs(self.delta.mean) <= self.min_effect:
            return "unchanged"
        return "improvement" if (self.delta.mean > 0) == self.measure.higher_is_better else "regression"


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
    failures: tuple[NewFailures, ...]
    missing: tuple[str, ...]
    """What the baseline has and the candidate has not: "system vqunet", "measure stoi"."""
    notes: tuple[str, ...]
    alpha: float

    @property
    def regressions(self) -> list[Comparison]:
        return [each for each in self.comparisons if each.outcome == "regression"]

    @property
    def improvements(self) -> list[Comparison]:
        return [each for each in self.comparisons if each.outcome == "improvement"]

    @property
    def exit_code(self) -> Literal[0, 1]:
        """Return 1 where something became worse, newly fails or is missing."""
        return 1 if self.regressions or self.failures or self.missing else 0


def compare(
    baseline: Results,
    candidate: Results,
    min_effect: Mapping[str, float] | None = None,
    *,
    alpha: float = 0.05,
    seed: int = 0,
    allow_missing: bool = False,
    force: bool = False,
) -> Verdict:
    """Compare two runs on identical mixtures: each measure of each system, pooled over noises and SNRs.

    A regression is a mean change for the worse that a paired test finds (flipping whole recordings or
    speakers, Holm-corrected over what moved at all) and that exceeds the minimum effect. The test knows the
    chance of clips, not of training: what another training of the same system changes is for the minimum
    effect to cover.

    Args:
        min_effect: measure -> the smallest change worth failing for, in its unit; see `MIN_EFFECTS`.
        allow_missing: pass although systems or measures of the baseline are missing, and name them.
        force: compare a measure although another implementation made it, and say so.

    Raises:
        BadRun: nothing is in common, or another implementation made a measure.
        UnknownName: `min_effect` names a measure that the baseline does not have.
    """
    known = {measure.name: measure for measure in baseline.measures}
    given = min_effect or {}
    for name in given:
        if name not in known:
            raise UnknownName("measure", name, known)
    measured = {measure.name for measure in candidate.measures}
    unlike = differing_identities(
        [name for name in known if name in measured],
        {"the baseline": baseline.identities, "the candidate": candidate.identities},
    )
    if unlike and not force:
        raise BadRun(f"{'; '.join(unlike)}; save a new baseline with this installation, or --force")

    refuse_other_audio({"the baseline": baseline.scores, "the candidate": candidate.scores})
    pairs = _pair(baseline.scores, candidate.scores)
    comparisons = _comparisons(pairs[pairs["ok"] & pairs["ok_now"]], known, given, alpha, seed)
    missing = tuple(_only_in(baseline, candidate))
    notes = [
        *(f"forced: {each}" for each in unlike),
        *(f"missing in the candidate: {each}" for each in missing if allow_missing),
        *_notes(baseline, candidate, pairs, comparisons),
    ]
    return Verdict(
        tuple(comparisons), tuple(_failures(pairs)), () if allow_missing else missing, tuple(notes), alpha
    )


def smallest_effect(measure: Measure, before: float) -> float:
    """Return the smallest change worth failing for from a mean of `before`, unless the user knows better."""
    fixed = MIN_EFFECTS.get(measure.name, MIN_EFFECTS_BY_UNIT.get(measure.unit))
    return MIN_RATIO * abs(before) if fixed is None else fixed


def _comparisons(
    pairs: pd.DataFrame, measures: Mapping[str, Measure], given: Mapping[str, float], alpha: float, seed: int
) -> list[Comparison]:
    groups = {
        (str(system), str(measure)): rows
        for (system, measure), rows in pairs.groupby(["system", "measure"], sort=False)
    }
    # What did not move at all cannot raise a false alarm: it costs the others no power.
    moved = [key for key, rows in groups.items() if rows["change"].any()]
    p_values = holm(
        [
            paired_test(
                groups[key]["change"], groups[key]["cluster"], seed=seed, draws=draws_for(len(moved), alpha)
            )
            for key in moved
        ]
    )
    adjusted = dict(zip(moved, p_values, strict=True))
    # What Holm asks of the first of them.
    strictest = alpha / max(1, len(moved))
    comparisons = []
    for key, rows in groups.items():
        measure, before = measures[key[1]], float(rows["value"].mean())
        p = adjusted.get(key, 1.0)
        comparisons.append(
            Comparison(
                system=key[0],
                measure=measure,
                before=before,
                after=float(rows["value_now"].mean()),
                delta=clustered_bootstrap(rows["change"], rows["cluster"], seed=seed),
                p=p,
                min_effect=given.get(measure.name, smallest_effect(measure, before)),
                detectable=minimum_detectable_effect(rows["change"], rows["cluster"], alpha=strictest),
                n=len(rows),
                moved=key in adjusted,
                significant=p < alpha,
            )
        )
    return comparisons


def _pair(baseline: pd.DataFrame, candidate: pd.DataFrame) -> pd.DataFrame:
    """Join on system, mixture and measure; the candidate's columns end in _now.

    Raises:
        BadRun: nothing is in common.
    """
    then, now = (
        scores.assign(ok=is_ok(scores), value=five_digits(scores["value"]))
        for scores in (baseline, candidate)
    )
    keys = ["system", "mixture", "measure"]
    pairs = then.merge(now[[*keys, "value", "ok", "failure"]], on=keys, suffixes=("", "_now"))
    if pairs.empty:
        raise BadRun(_nothing_in_common(baseline, candidate))
    return pairs.assign(change=pairs["value_now"] - pairs["value"], cluster=clusters_of(pairs))


def _nothing_in_common(baseline: pd.DataFrame, candidate: pd.DataFrame) -> str:
    for kind in ("system", "measure"):
        then, now = (list(scores[kind].unique()) for scores in (baseline, candidate))
        if not set(then) & set(now):
            return (
                f"no {kind} in common: the baseline has {', '.join(then)}, the candidate {', '.join(now)}; "
                "compare runs of the same suite"
            )
    return (
        "no mixture in common: the candidate has another corpus, other noises or SNRs, or another seed; "
        "compare runs of the same suite"
    )


def _failures(pairs: pd.DataFrame) -> Iterator[NewFailures]:
    for (system, measure), rows in pairs[pairs["ok"]].groupby(["system", "measure"], sort=False):
        failed = rows[~rows["ok_now"]]
        if not failed.empty:
            reasons = Counter(failed["failure_now"].fillna("no reason given"))
            reason = reasons.most_common(1)[0][0]
            yield NewFailures(str(system), str(measure), len(failed), len(rows), reason)


def _only_in(results: Results, other: Results) -> Iterator[str]:
    """Name the systems and measures of which `other` has no scores at all."""
    for kind in ("system", "measure"):
        known = set(other.scores[kind])
        yield from (f"{kind} {name}" for name in dict.fromkeys(results.scores[kind]) if name not in known)


def _notes(
    baseline: Results, candidate: Results, pairs: pd.DataFrame, comparisons: list[Comparison]
) -> Iterator[str]:
    for kind in ("system", "measure"):
        then, now = (dict.fromkeys(results.scores[kind]) for results in (baseline, candidate))
        if new := [name for name in now if name not in then]:
            yield f"{kind}s not in the baseline: {', '.join(new)}"
    common, total = pairs["mixture"].nunique(), baseline.scores["mixture"].nunique()
    if common < total:
        yield f"compared on {common} of the baseline's {total} mixtures: the candidate has no others of them"
    if any(each.detectable == float("inf") for each in comparisons):
        yield (
            f"{pairs['cluster'].nunique()} independent recordings are too few for a change to be significant "
            f"among {len(comparisons)} comparisons; take more clips"
        )
