"""Scores so far -> who is ahead, while a run goes on: means alone, cheap enough to ask for often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from benchbox.records import Measure


@dataclass(frozen=True)
class Standing:
    """One system of a run that goes on."""

    system: str
    means: Mapping[str, float | None]
    """Measure -> mean over `mixtures`; None where there is none."""
    mixtures: int
    """On which every system that has scores has this one too; its own where there are none in common."""
    scored: int
    """Mixtures that it has by itself."""
    failed: int
    """Scores that failed."""


def standings(scores: pd.DataFrame, measures: Sequence[Measure]) -> list[Standing]:
    """Return the systems with scores, best by the first measure first, those without one last.

    Args:
        scores: `system`, `mixture`, `measure`, `value` and `status` of each.
    """
    first = measures[0]
    ok = scores[scores["status"] == "ok"]
    values = {
        measure.name: ok[ok["measure"] == measure.name].pivot(
            index="mixture", columns="system", values="value"
        )
        for measure in measures
    }
    failed = scores.loc[scores["status"] != "ok", "system"].value_counts()
    found = [
        Standing(
            system=str(system),
            means={name: _mean(table, system) for name, table in values.items()},
            mixtures=len(_shared(values[first.name], system)),
            scored=rows["mixture"].nunique(),
            failed=int(failed.get(system, 0)),
        )
        for system, rows in scores.groupby("system", sort=False)
    ]
    sign = -1 if first.higher_is_better else 1

    def place(standing: Standing) -> float:
        mean = standing.means[first.name]
        return float("inf") if mean is None else sign * mean

    return sorted(found, key=place)


def _shared(table: pd.DataFrame, system: object) -> "pd.Series[float]":
    """Return a system's values on the mixtures that all have, or its own where there are none."""
    if system not in table:
        return pd.Series(dtype=float)
    own = table[system].dropna()
    common = table.dropna()[system]
    return own if common.empty else common


def _mean(table: pd.DataFrame, system: object) -> float | None:
    values = _shared(table, system)
    return None if values.empty else float(values.mean())
