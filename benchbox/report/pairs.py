"""Results -> every system against every other, clip by clip, by each measure."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from benchbox.leaderboard.ranking import rank
from benchbox.records import Measure
from benchbox.report.views import limits_of, rounded
from benchbox.results.clusters import clusters_of
from benchbox.results.record import REFERENCE, Results
from benchbox.results.statistics import clustered_bootstrap

MOST_SYSTEMS = 24
"""Of more, none is tested here: pairs grow with the square."""

Json = dict[str, Any]


def mixtures_of(results: Results) -> pd.DataFrame:
    """Return a row for each mixture, by its identity, with the cluster that it belongs to."""
    mixtures = results.scores.drop_duplicates("mixture").set_index("mixture")
    return mixtures.assign(cluster=clusters_of(mixtures))


def values_of(
    results: Results, measure: Measure, mixtures: pd.DataFrame, labels: Sequence[str]
) -> pd.DataFrame:
    """Return one measure's values [mixture, system], NaN where there is none."""
    scores = results.scores
    ok = scores[(scores["measure"] == measure.name) & (scores["status"] == "ok")]
    return ok.pivot(index="mixture", columns="system", values="value").reindex(
        index=mixtures.index, columns=list(labels)
    )


def compared(
    results: Results, measure: Measure, values: pd.DataFrame, mixtures: pd.DataFrame
) -> tuple[dict[str, int], list[Json]]:
    """Return the ranks by a measure, and for each pair of systems its difference and the test's answer.

    The pairs hold the places of both systems, the mean difference of the first from the second with its
    interval, on the mixtures that both have, and the p-value, corrected for the number of pairs (Holm), with
    the number of mixtures that it is of: those that all systems have.
    """
    labels = list(values.columns)
    bounds = {label for label, facts in results.systems.items() if facts.oracle}
    ranked = [label for label in labels if label != REFERENCE and label not in bounds]
    if len(ranked) > MOST_SYSTEMS:
        return {}, []
    contenders = values[[*ranked, *([REFERENCE] if REFERENCE in labels else [])]].dropna(axis=1, how="all")
    shared = contenders.dropna()
    ranking = rank(
        shared.drop(columns=REFERENCE, errors="ignore"),
        mixtures.loc[shared.index],
        higher_is_better=measure.higher_is_better,
        seed=results.seed,
    )
    pairs = []
    for one, other in combinations(range(len(labels)), 2):
        differences = (values[labels[one]] - values[labels[other]]).dropna()
        if differences.empty:
            continue
        interval = clustered_bootstrap(
            differences, mixtures.loc[differences.index, "cluster"], seed=results.seed
        )
        names = (labels[one], labels[other])
        p = ranking.p_values.get(names, ranking.p_values.get(names[::-1]))
        pairs.append(
            {
                "pair": [one, other],
                "difference": list(limits_of(interval)),
                "p": rounded(p),
                "tested": 0 if p is None else len(shared),
            }
        )
    return dict(ranking.ranks), pairs
