"""Results -> Table: who is better, by how much, how surely, and at what cost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchbox.errors import BadRun, UnknownName
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
from benchbox.leaderboard.ranking import Ranking, rank
from benchbox.leaderboard.table import Cell, Group, Output, Row, Table, label_of
from benchbox.records import Measure
from benchbox.results.clusters import clustering_of
from benchbox.results.completeness import unfinished
from benchbox.results.record import REFERENCE, Results, SystemFacts
from benchbox.results.statistics import Interval, clustered_bootstrap

__all__ = ["GROUPINGS", "Table", "leaderboard"]

_UNKNOWN = Output(None, None, None)
_NO_FLAGS: NDArray[np.bool_] = np.zeros(0, dtype=bool)
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
    question = _Question(
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
        _Contest(question, group, part, _real_time_factors(_within(results.timings, by, group)))
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


@dataclass(frozen=True)
class _Question:
    """What is asked of every group alike."""

    measures: tuple[Measure, ...]
    primary: Measure
    systems: Mapping[str, SystemFacts]
    mixtures: pd.DataFrame
    """Utterance and cluster of each mixture."""
    outputs: Mapping[str, Output]
    seed: int
    confidence: float

    @property
    def contenders(self) -> list[str]:
        return [label for label, facts in self.systems.items() if not facts.oracle]


@dataclass(frozen=True)
class _Contest:
    """The systems on the mixtures of one group."""

    question: _Question
    group: Group
    scores: pd.DataFrame
    real_time_factors: Mapping[str, float]

    @cached_property
    def scored(self) -> dict[str, pd.DataFrame]:
        """Measure -> values [mixture, system], NaN where there is none."""
        ok = self.scores[self.scores["ok"]]
        return {
            measure.name: ok[ok["measure"] == measure.name]
            .pivot(index="mixture", columns="system", values="value")
            .reindex(columns=list(self.question.systems))
            for measure in self.question.measures
        }

    @cached_property
    def shared(self) -> dict[str, pd.DataFrame]:
        """The same for mixtures that every contender scored; one that scored none at all is no obstacle."""
        return {
            name: values[
                values[self.question.contenders].dropna(axis="columns", how="all").notna().all(axis="columns")
            ]
            for name, values in self.scored.items()
        }

    @cached_property
    def ranking(self) -> Ranking:
        primary = self.question.primary
        values = self.shared[primary.name][self.question.contenders]
        return rank(
            values.drop(columns=REFERENCE, errors="ignore").dropna(axis="columns", how="all"),
            self.question.mixtures.loc[values.index],
            higher_is_better=primary.higher_is_better,
            seed=self.question.seed,
        )

    @cached_property
    def ok(self) -> dict[str, dict[str, NDArray[np.bool_]]]:
        """System -> measure -> whether each of its scores is one."""
        flags: dict[str, dict[str, NDArray[np.bool_]]] = {}
        for (system, measure), rows in self.scores.groupby(["system", "measure"])["ok"]:
            flags.setdefault(str(system), {})[str(measure)] = rows.to_numpy(dtype=bool)
        return flags

    @cached_property
    def complete(self) -> dict[str, NDArray[np.bool_]]:
        """System -> whether each of its mixtures has every measure."""
        whole = self.scores.groupby(["system", "mixture"])["ok"].all()
        return {str(system): rows.to_numpy(dtype=bool) for system, rows in whole.groupby(level="system")}

    @cached_property
    def mixtures(self) -> int:
        return self.scores["mixture"].nunique()

    def left_out(self, measure: str) -> Counter[str]:
        """Count the mixtures that some contenders scored and others did not, by who did not; "" is all."""
        scored = self.scored[measure][self.question.contenders].dropna(how="all")
        left_out = scored.drop(index=self.shared[measure].index, errors="ignore").isna()
        # What scored nothing at all is no obstacle.
        absent = left_out.loc[:, scored.notna().any()].sum()
        return Counter({"": len(left_out), **{str(name): int(count) for name, count in absent.items()}})

    def rows(self) -> list[Row]:
        contenders = self.question.contenders
        first = [REFERENCE] if REFERENCE in contenders else []
        order = dict.fromkeys([*first, *self.ranking.ranks, *contenders, *self.question.systems])
        return [self._row(system) for system in order]

    def _row(self, system: str) -> Row:
        facts = self.question.systems[system]
        ok = self.ok.get(system, {})
        complete = self.complete.get(system, _NO_FLAGS)
        return Row(
            group=self.group,
            system=system,
            kind="reference" if system == REFERENCE else "bound" if facts.oracle else "system",
            rank=self.ranking.ranks.get(system),
            cells={
                measure.name: self._cell(system, measure, ok.get(measure.name, _NO_FLAGS))
                for measure in self.question.measures
            },
            n_ok=int(complete.sum()),
            n_failed=int((~complete).sum()),
            parameters=facts.parameters,
            real_time_factor=self.real_time_factors.get(system),
            output=self.question.outputs.get(system, _UNKNOWN),
            training_seconds=facts.training_seconds,
            cost=facts.cost,
            spec=facts.spec or system,
            n_missing=self.mixtures - len(complete),
        )

    @cached_property
    def columns(self) -> dict[str, "_Columns"]:
        """Measure -> the shared values as arrays: there are many cells, and pandas is slow at few rows."""
        clusters = self.question.mixtures["cluster"]
        return {
            name: _Columns(
                {str(system): values[system].to_numpy(dtype=np.float64) for system in values},
                clusters.loc[values.index].to_numpy(),
            )
            for name, values in self.shared.items()
        }

    def _cell(self, system: str, measure: Measure, ok: NDArray[np.bool_]) -> Cell:
        columns = self.columns[measure.name]
        values = columns.values[system]
        compared = system != REFERENCE and REFERENCE in columns.values
        return Cell(
            mean=_inside(measure.bounds, self._interval(values, columns.clusters)),
            delta=self._interval(values - columns.values[REFERENCE], columns.clusters) if compared else None,
            n=int((~np.isnan(values)).sum()),
            n_ok=int(ok.sum()),
            n_failed=int((~ok).sum()),
        )

    def _interval(self, values: NDArray[np.float64], clusters: NDArray[np.int64]) -> Interval | None:
        known = ~np.isnan(values)
        if not known.any():
            return None
        return clustered_bootstrap(
            values[known],
            clusters[known],
            seed=self.question.seed,
            confidence=self.question.confidence,
        )


@dataclass(frozen=True, eq=False)
class _Columns:
    """One measure on the mixtures of a group."""

    values: Mapping[str, NDArray[np.float64]]
    """System -> [mixture], NaN where there is none."""
    clusters: NDArray[np.int64]
    """[mixture]"""


def _inside(bounds: tuple[float | None, float | None], interval: Interval | None) -> Interval | None:
    """Cut an interval to what the measure can be."""
    if interval is None or interval.low is None or interval.high is None:
        return interval
    least, most = bounds
    return Interval(
        interval.mean,
        interval.low if least is None else max(interval.low, least),
        interval.high if most is None else min(interval.high, most),
    )


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
