import json
from dataclasses import replace

import pytest

from benchbox.errors import BadRun
from benchbox.leaderboard import leaderboard
from benchbox.report import content_of
from benchbox.report.content import shown
from benchbox.report.pairs import compared, mixtures_of, values_of
from benchbox.results.clusters import clusters_of
from benchbox.results.statistics import clustered_bootstrap
from benchbox.runs.folder import Run


def test_there_is_a_view_for_every_noise_and_snr_and_it_is_the_leaderboard_there(finished: Run) -> None:
    data = content_of([finished]).data
    labels = [system["label"] for system in data["systems"]]
    places: list[tuple[object, ...]] = [(view["noise"], view["snr"]) for view in data["views"]]
    assert sorted(places, key=str) == sorted(
        [(noise, snr) for noise in (None, "white", "pink") for snr in (None, 0.0, 10.0)], key=str
    )
    table = leaderboard(finished.results, by=("noise", "snr"))
    for row in table.rows:
        view = data["views"][places.index(row.group)]
        for name, cell in row.cells.items():
            told = view["cells"][name][labels.index(row.system)]
            assert (told and told[0]) == (cell.mean and pytest.approx(cell.mean.mean, rel=1e-5))
        assert view["ranks"]["si_sdr"][labels.index(row.system)] == row.rank


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


def test_every_score_failure_and_setting_is_in_it(finished: Run) -> None:
    content = content_of([finished])
    data = content.data
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert len(data["mixtures"]) == finished.scores["mixture"].nunique()
    ok = finished.scores[finished.scores["status"] == "ok"]
    told = [
        value for lines in data["values"].values() for line in lines for value in line if value is not None
    ]
    assert len(told) == len(ok)
    failed = sum(reason[3] for reason in data["failures"]["reasons"])
    assert failed == len(finished.scores) - len(ok) > 0
    (run,) = data["runs"]
    assert "--denoisers=spectral_sub,wiener,log_mmse" in run["command"]
    assert dict(run["measures"])["si_sdr"]
    assert content.compared == (
        "4 systems on 24 mixtures: 6 clips of 4 speakers in white and pink at 0 and 10 dB SNR."
    )


def test_two_runs_are_one_page_and_other_suites_are_refused(finished: Run, run: Run) -> None:
    with pytest.raises(BadRun, match="no mixture in common"):
        content_of([finished, run])
    with pytest.raises(BadRun, match="given 2 times"):
        content_of([finished, finished])


def test_texts_are_shown_on_one_line_wherever_they_are() -> None:
    assert shown({"a\nb": ["\x1b", 1.5, None, {"c": "\u202e"}]}) == {
        "a b": ["\\x1b", 1.5, None, {"c": "\\u202e"}]
    }
