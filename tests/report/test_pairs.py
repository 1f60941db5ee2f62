"""Every system against every other."""

from dataclasses import replace

import pytest

from benchbox.report import content_of
from benchbox.report.pairs import compared, mixtures_of, values_of
from benchbox.results.clusters import clusters_of
from benchbox.results.statistics import clustered_bootstrap
from benchbox.runs.folder import Run


def test_pairs_hold_the_mean_difference_with_its_interval_and_agree_with_the_ranks(finished: Run) -> None:
    data = content_of([finished]).data
    labels = [system["label"] for system in data["systems"]]
    scores = finished.scores[finished.scores["measure"] == "nsr"].pivot(
        index="mixture", columns="system", values="value"
    )
    mixtures = finished.scores.drop_duplicates("mixture").set_index("mixture").loc[scores.index]
    one, other = "wiener", "log_mmse"
    interval = clustered_bootstrap(scores[one] - scores[other], clusters_of(mixtures), seed=0)
    (record,) = (
        each for each in data["pairs"]["nsr"] if {labels[place] for place in each["pair"]} == {one, other}
    )
    sign = 1 if labels[record["pair"][0]] == one else -1
    assert sign * record["difference"][0] == pytest.approx(interval.mean, rel=1e-5)
    ranks = data["views"][0]["ranks"]["nsr"]
    tied = ranks[labels.index(one)] == ranks[labels.index(other)]
    assert (record["p"] >= 0.05) == tied


def test_a_test_says_on_how_many_mixtures_it_is_where_two_systems_have_more(finished: Run) -> None:
    scores = finished.scores
    gone = (scores["system"] == "wiener") & (scores["mixture"] == scores["mixture"].iloc[0])
    scores = scores.assign(value=scores["value"].mask(gone))
    results = replace(finished.results, scores=scores)
    mixtures = mixtures_of(results)
    measure = results.measures[0]
    labels = ["noisy", "spectral_sub", "wiener", "log_mmse"]
    values = values_of(results, measure, mixtures, labels)
    _, pairs = compared(results, measure, values, mixtures)
    tested = {tuple(labels[place] for place in each["pair"]): each["tested"] for each in pairs}
    assert values[["spectral_sub", "log_mmse"]].notna().all(axis=None)
    assert tested["spectral_sub", "log_mmse"] == 23
    assert tested["noisy", "wiener"] == 0  # noisy is in no test
