"""Baseline x candidate -> pairs of scores of the same mixtures, and what has no partner."""

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from benchbox.errors import BadRun
from benchbox.gate.baseline import five_digits, is_ok
from benchbox.results.audio import namesakes
from benchbox.results.completeness import unfinished
from benchbox.results.record import Results, condition_name

_NAMED = 4
"""Conditions named one by one; the rest is counted."""


def pair(baseline: Results, candidate: Results) -> pd.DataFrame:
    """Join on system, mixture and measure; the candidate's columns end in _now, `change` is now - then.

    Raises:
        BadRun: nothing is in common.
    """
    then, now = (
        results.scores.assign(ok=is_ok(results.scores), value=five_digits(results.scores["value"]))
        for results in (baseline, candidate)
    )
    keys = ["system", "mixture", "measure"]
    pairs = then.merge(now[[*keys, "value", "ok", "failure"]], on=keys, suffixes=("", "_now"))
    if pairs.empty:
        raise BadRun(_nothing_in_common(baseline, candidate))
    return pairs.assign(change=pairs["value_now"] - pairs["value"])


def missing(baseline: Results, candidate: Results) -> Iterator[str]:
    """Name what only the baseline has: systems, measures, mixtures, the rest of an unfinished run."""
    if gap := unfinished(candidate):
        yield f"the rest of an unfinished run ({gap})"
    for kind in ("system", "measure"):
        yield from (f"{kind} {name}" for name in only_in(baseline, candidate, kind))
    known = set(candidate.scores["system"]), set(candidate.scores["measure"])
    columns = ["system", "measure"]
    then, now = (results.scores[columns].drop_duplicates() for results in (baseline, candidate))
    absent = set(then.itertuples(index=False, name=None)) - set(now.itertuples(index=False, name=None))
    yield from (
        f"measure {measure} of {system}"
        for system, measure in sorted(absent)
        if system in known[0] and measure in known[1]
    )
    yield from _missing_mixtures(baseline.scores, candidate.scores)


def only_in(results: Results, other: Results, kind: str) -> list[str]:
    """Return the systems or measures of which `other` has no scores at all."""
    known = set(other.scores[kind])
    return [name for name in dict.fromkeys(results.scores[kind]) if name not in known]


def _missing_mixtures(then: pd.DataFrame, now: pd.DataFrame) -> Iterator[str]:
    """Name the mixtures that systems lack; once for all systems that lack the same."""
    sentences: dict[str, list[str]] = {}
    common = [system for system in then["system"].unique() if (now["system"] == system).any()]
    for system in common:
        rows = then[then["system"] == system].drop_duplicates("mixture")
        gone = rows[~rows["mixture"].isin(now.loc[now["system"] == system, "mixture"])]
        if not gone.empty:
            where = Counter(map(condition_name, gone["noise"], gone["snr_db"]))
            parts = [f"{count} of {name}" for name, count in where.most_common(_NAMED)]
            if len(where) > _NAMED:
                parts.append(f"some of {len(where) - _NAMED} more conditions")
            sentences.setdefault(f"{len(gone)} of {len(rows)} mixtures ({', '.join(parts)})", []).append(
                system
            )
    for sentence, systems in sentences.items():
        yield sentence if len(systems) == len(common) else f"{sentence} with {', '.join(systems)}"


def _nothing_in_common(baseline: Results, candidate: Results) -> str:
    if candidate.scores.empty:
        return "the candidate has no scores yet; run it again, it goes on where it stopped"
    for kind in ("system", "measure"):
        then, now = (list(results.scores[kind].unique()) for results in (baseline, candidate))
        if not set(then) & set(now):
            return (
                f"no {kind} in common: the baseline has {', '.join(then)}, the candidate {', '.join(now)}; "
                "compare runs of the same suite"
            )
    scores = {"the baseline": baseline.scores, "the candidate": candidate.scores}
    if other := namesakes(scores):
        return f"no mixture in common: {other}; score both on one copy of the corpus, with one seed"
    return (
        "no mixture in common: the candidate has another corpus, other noises or SNRs, or another seed; "
        "compare runs of the same suite"
    )
