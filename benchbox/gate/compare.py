"""Baseline x candidate -> Verdict: is a system worse, by more than chance and by more than matters?"""

from collections import Counter
from collections.abc import Iterator, Mapping

import pandas as pd

from benchbox.errors import BadRun, UnknownName
from benchbox.gate.changes import by_condition, pooled
from benchbox.gate.pairing import missing, only_in, pair
from benchbox.gate.verdict import NewFailures, Verdict
from benchbox.results.audio import namesakes, refuse_other_audio
from benchbox.results.clusters import clustering_of
from benchbox.results.completeness import unfinished
from benchbox.results.identity import differing_identities
from benchbox.results.record import Results


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
    """Compare two runs on identical mixtures: each measure of each system, pooled and in each condition.

    A regression is a mean change for the worse that a paired test finds (flipping whole recordings or
    speakers, Holm-corrected over what moved at all) and that exceeds the minimum effect. The test knows the
    chance of clips, not of training: what another training of the same system changes is for the minimum
    effect to cover. `changes` says which hypotheses are tested.

    Args:
        min_effect: measure -> the smallest change worth failing for, in its unit; see `changes.MIN_EFFECTS`.
        allow_missing: pass although systems, measures or mixtures of the baseline are missing, or the
            candidate is not finished, and name them.
        force: compare a measure although another implementation made it, and say so.

    Raises:
        BadRun: nothing is in common, another implementation made a measure, or the audio differs.
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
    fed = {"the baseline": baseline.scores, "the candidate": candidate.scores}
    refuse_other_audio(fed)

    pairs = pair(baseline, candidate)
    # Recordings do not stand in for speakers here: a gate speaks of more than the speakers at hand.
    clustering = clustering_of(pairs, least=1)
    scored = pairs.assign(cluster=clustering.labels)[pairs["ok"] & pairs["ok_now"]]
    comparisons = pooled(scored, known, given, alpha, seed)
    gone = tuple(missing(baseline, candidate))
    notes = [
        *(f"forced: {each}" for each in unlike),
        *(f"missing in the candidate: {each}" for each in gone if allow_missing),
        *([f"{other}: these are not compared"] if (other := namesakes(fed)) else []),
        *([f"the baseline is unfinished: {gap}"] if (gap := unfinished(baseline)) else []),
        *_new(baseline, candidate),
        *([clustering.warning] if clustering.warning and any(each.moved for each in comparisons) else []),
    ]
    return Verdict(
        comparisons=tuple(comparisons),
        failures=tuple(_failures(pairs)),
        missing=() if allow_missing else gone,
        notes=tuple(notes),
        alpha=alpha,
        conditions=tuple(by_condition(scored, known, given, alpha, seed)),
    )


def _failures(pairs: pd.DataFrame) -> Iterator[NewFailures]:
    for (system, measure), rows in pairs[pairs["ok"]].groupby(["system", "measure"], sort=False):
        failed = rows[~rows["ok_now"]]
        if not failed.empty:
            reasons = Counter(failed["failure_now"].fillna("no reason given"))
            reason = reasons.most_common(1)[0][0]
            yield NewFailures(str(system), str(measure), len(failed), len(rows), reason)


def _new(baseline: Results, candidate: Results) -> Iterator[str]:
    for kind in ("system", "measure"):
        if new := only_in(candidate, baseline, kind):
            yield f"{kind}s not in the baseline: {', '.join(new)}"
