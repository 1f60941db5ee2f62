import math
from typing import Any

import pandas as pd
import pytest

from benchbox.errors import BadRun, UnknownName
from benchbox.records import Cost
from benchbox.results.record import SystemFacts
from tests.leaderboard.scored import (
    NSR,
    PESQ,
    clips,
    row,
    score,
    table,
    three_systems,
    unknown,
)


def test_noisy_comes_first_and_the_others_by_rank() -> None:
    rows = table(three_systems()).rows
    assert [(row.system, row.kind, row.rank) for row in rows] == [
        ("noisy", "reference", None),
        ("good", "system", 1),
        ("slow", "system", 2),
    ]


def test_sorting_by_another_measure_ranks_by_it() -> None:
    values = {
        "noisy": {"pesq_nb": clips(1.5), "nsr": clips(3)},
        "a": {"pesq_nb": clips(2.0, seed=1), "nsr": clips(1, seed=1)},
        "b": {"pesq_nb": clips(3.0, seed=2), "nsr": clips(2, seed=2)},
    }
    found = table(score(values), PESQ, NSR, sort="nsr")
    assert found.primary == "nsr"
    assert [row.system for row in found.rows] == ["noisy", "a", "b"]  # lower is better
    assert [row.system for row in table(score(values), PESQ, NSR).rows] == ["noisy", "b", "a"]


def test_one_system_is_ranked_first_of_one() -> None:
    found = table(score({"noisy": {"pesq_nb": clips(1.0)}}))
    assert [(row.system, row.rank) for row in found.rows] == [("noisy", None)]


def test_grouping_ranks_each_noise_and_snr_and_orders_them() -> None:
    values = {"noisy": {"pesq_nb": clips(1.0)}, "a": {"pesq_nb": clips(2.0)}}
    parts = [score(values, "white", 10.0), score(values, "white", -5.0), score(values, "car", math.nan)]
    found = table(pd.concat(parts, ignore_index=True), by=("noise", "snr"))
    assert [group for group, _ in found.groups()] == [("white", -5.0), ("white", 10.0), ("car", None)]
    assert all([row.system for row in rows] == ["noisy", "a"] for _, rows in found.groups())
    by_snr = table(pd.concat(parts, ignore_index=True), by=("snr",))
    assert [group for group, _ in by_snr.groups()] == [(-5.0,), (10.0,), (None,)]


def test_cost_is_the_median_over_clips_of_the_group() -> None:
    values = {"noisy": {"pesq_nb": clips(1.0, 3)}, "a": {"pesq_nb": clips(2.0, 3)}}
    scores = pd.concat([score(values, "white"), score(values, "car", math.nan)], ignore_index=True)
    timings = pd.DataFrame(
        {
            "system": "a",
            "noise": ["white"] * 3 + ["car"],
            "snr_db": [5.0] * 3 + [math.nan],
            "utterance": ["u0", "u1", "u2", "u0"],
            "seconds_audio": [2.0, 2.0, 4.0, 1.0],
            "seconds_denoise": [0.2, 1.0, 0.8, 0.5],  # factors 0.1 0.5 0.2 and 0.5
        }
    )
    systems = {**unknown("noisy"), "a": SystemFacts(parameters=512)}
    found = table(scores, timings=timings, systems=systems, by=("noise", "snr"))
    factors = [row.real_time_factor for row in found.rows if row.system == "a"]
    assert factors == [pytest.approx(0.2), pytest.approx(0.5)]
    assert [row.parameters for row in found.rows] == [None, 512, None, 512]


COST = Cost(
    parameters=512,
    macs_per_second_network=1e9,
    macs_per_second_total=1.1e9,
    macs_coverage="counted convolution; not counted relu",
    real_time_factor_p50=0.01,
    real_time_factor_p95=0.02,
    algorithmic_delay_ms=None,
    checkpoint_bytes=2048,
    peak_memory_mb=3.5,
)


def test_costs_are_those_of_the_facts_and_their_coverage_is_told_once() -> None:
    values = {name: {"pesq_nb": clips(2.0, seed=seed)} for seed, name in enumerate(["noisy", "a", "b"])}
    scores = pd.concat([score(values, "white"), score(values, "car")], ignore_index=True)
    systems = {
        **unknown("noisy"),
        "a": SystemFacts(parameters=512, training_seconds=12.5, cost=COST),
        "b": SystemFacts(parameters=512, cost=COST),
    }
    found = table(scores, systems=systems, by=("noise",))
    costs = {row.system: row.cost for row in found.rows}
    assert costs == {"noisy": None, "a": COST, "b": COST}
    assert row(table(score(values), systems=systems), "a").training_seconds == 12.5
    notes = [note for note in found.notes if note.startswith("MACs of")]
    assert [sorted(notes[0].split(":")[0].removeprefix("MACs of ").split(", ")), len(notes)] == [
        ["a", "b"],
        1,
    ]
    assert not any("CPU thread" in note for note in table(score(values)).notes)


def test_scores_read_from_parquet_give_the_same_table(tmp_path: Any) -> None:
    scores = three_systems()
    scores.to_parquet(tmp_path / "scores.parquet")
    assert table(pd.read_parquet(tmp_path / "scores.parquet")) == table(scores)


def test_the_same_seed_gives_the_same_table() -> None:
    assert table(three_systems(), seed=3) == table(three_systems(), seed=3)
    assert table(three_systems(), seed=3) != table(three_systems(), seed=4)


def test_a_wrong_grouping_or_measure_is_named_with_the_valid_ones() -> None:
    with pytest.raises(UnknownName, match="no grouping 'speaker'; valid: noise, snr"):
        table(three_systems(), by=("speaker",))
    with pytest.raises(UnknownName, match="no measure 'peqs_nb'; did you mean 'pesq_nb'"):
        table(three_systems(), sort="peqs_nb")


def test_a_run_without_scores_says_so() -> None:
    with pytest.raises(BadRun, match="no scores yet"):
        table(three_systems().iloc[:0])
