"""Results -> Table: who is better, by how much, how surely, and at what cost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from benchbox.errors import BadRun, UnknownName
from benchbox.leaderboard.contest import Contest, Question
from benchbox.leaderboard.footnotes import (
    on_costs,
    on_gaps,
    on_left_out,
    on_many_failures,
    on_method,
    on_names,
    on_offsets,
    on_outputs,
    on_rates,
    on_ties,
)
from benchbox.leaderboard.lengths import on_lengths
from benchbox.leaderboard.outputs import outputs_of
from benchbox.leaderboard.table import Group, Table, label_of
from benchbox.results.clusters import clustering_of
from benchbox.results.completeness import unfinished
from benchbox.results.record import Results, SystemFacts

__all__ = ["GROUPINGS", "Table", "leaderboard"]

GROUPINGS = {"noise": "noise", "snr": "snr_db"}
"""What a table can be grouped by -> the column that tells it."""


def leaderboard(
    results: Results, *, by: Sequence[str] = (), sort: str | None = None, confidence: float = 0.95
) -> Table:
    """Compare systems on the mixtures that all of them scored; `ranking.rank` says what a rank is.

    Args:
        by: "noise", "snr" or both: a ranking for each value instead of one over all.
        sort: the measure that ranks; the first one by default.

    Raises:
        UnknownName: `by` or `sort` is none of the table's.
        BadRun: there are no scores.
    """
    by = tuple(dict.fromkeys(by))
    for name in by:
        if name not in GROUPINGS:
            raise UnknownName("grouping", name, GROUPINGS)
    known = {measure.name: measure for measure in results.measures}
    if sort is not None and sort not in known:
        raise UnknownName("measure", sort, known)
    if results.scores.empty:
        raise BadRun("this run has no scores yet; run it again, it goes on where it stopped")

    scores = results.scores.assign(ok=(results.scores["status"] == "ok") & results.scores["value"].notna())
    mixtures = scores.drop_duplicates("mixture").set_index("mixture")
    clustering = clustering_of(mixtures)
    question = Question(
        tuple(results.measures),
        known[sort] if sort else results.measures[0],
        {
            label: results.systems.get(label, SystemFacts())
            for label in dict.fromkeys([*results.systems, *scores["system"]])
        },
        mixtures.assign(cluster=clustering.labels),
        outputs_of(scores),
        results.seed,
        confidence,
    )
    contests = [
        Contest(question, group, part, _real_time_factors(_within(results.timings, by, group)))
        for group, part in _groups(scores, by)
    ]
    rows = tuple(row for contest in contests for row in contest.rows())
    table = Table(by, question.measures, question.primary.name, confidence, rows, ())
    left_out: dict[str, Counter[str]] = {
        name: sum((contest.left_out(name) for contest in contests), Counter()) for name in known
    }
    warnings = (
        *([f"UNFINISHED: {gap}."] if (gap := unfinished(results)) else []),
        *results.warnings,
        *on_many_failures(scores, question.systems),
        *on_left_out(left_out, len(mixtures)),
        *on_offsets(scores),
        *on_rates(scores),
        *on_lengths(scores),
        *filter(None, [clustering.warning]),
    )
    notes = (
        *on_ties(
            [(label_of(contest.group), tie) for contest in contests for tie in contest.ranking.ties],
            question.primary.name,
        ),
        *on_names(question.systems),
        *results.notes,
        *on_gaps(scores, question.systems),
        *on_method(clustering, question.primary.name, confidence),
        *on_outputs(table),
        *on_costs(table),
    )
    return replace(table, notes=(*warnings, *notes), warnings=warnings)


def _groups(scores: pd.DataFrame, by: Sequence[str]) -> list[tuple[Group, pd.DataFrame]]:
    """Return noises as they come and SNRs from low to high, a noise's own level last."""
    if not by:
        return [((), scores)]
    places: dict[Any, float] = {noise: place for place, noise in enumerate(scores["noise"].unique())}
    places[None] = float("inf")
    parts: Any = scores.groupby([GROUPINGS[name] for name in by], dropna=False)
    groups = [(tuple(None if pd.isna(value) else value for value in key), part) for key, part in parts]
    return sorted(groups, key=lambda item: [places.get(value, value) for value in item[0]])


def _within(timings: pd.DataFrame, by: Sequence[str], group: Group) -> pd.DataFrame:
    for name, value in zip(by, group, strict=True):
        column = timings[GROUPINGS[name]]
        timings = timings[column.isna() if value is None else column == value]
    return timings


def _real_time_factors(timings: pd.DataFrame) -> dict[str, float]:
    factors = timings["seconds_denoise"] / timings["seconds_audio"]
    return {
        str(system): float(factor) for system, factor in factors.groupby(timings["system"]).median().items()
    }
