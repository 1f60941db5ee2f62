"""The systems on the mixtures of one group: who is better, by how much, and how surely."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchbox.leaderboard.ranking import Ranking, rank
from benchbox.leaderboard.table import Cell, Group, Output, Row
from benchbox.records import Measure
from benchbox.results.record import REFERENCE, SystemFacts
from benchbox.results.statistics import Interval, clustered_bootstrap

_UNKNOWN = Output(None, None, None)
_NO_FLAGS: NDArray[np.bool_] = np.zeros(0, dtype=bool)


@dataclass(frozen=True)
class Question:
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
class Contest:
    """The systems on the mixtures of one group."""

    question: Question
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
