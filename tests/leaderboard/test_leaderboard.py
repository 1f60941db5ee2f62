import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchbox.errors import BadRun, UnknownName
from benchbox.leaderboard import leaderboard
from benchbox.leaderboard.table import Cell, Output, Row, Spread, Table
from benchbox.records import Cost, Measure
from benchbox.results.record import ConditionFacts, Results, Setting, SystemFacts

PESQ = Measure("pesq_nb", bounds=(-0.5, 4.5))
STOI = Measure("stoi", bounds=(0.0, 1.0))
NSR = Measure("nsr", higher_is_better=False, bounds=(0.0, None))

Values = Sequence[float | None]


def score(
    values: Mapping[str, Mapping[str, Values]], noise: str = "white", snr_db: float = 5.0
) -> pd.DataFrame:
    """Return scores of {system: {measure: one value a clip}}; None is a failed one."""
    return pd.DataFrame(
        {
            "system": system,
            "noise": noise,
            "snr_db": snr_db,
            "utterance": f"u{clip}",
            "recording": f"r{clip}",
            "speaker": None,
            "mixture": f"{noise}-{snr_db}-{clip}",
            "measure": measure,
            "value": math.nan if value is None else value,
            "status": "unscorable" if value is None else "ok",
            "failure": "reference is silent" if value is None else None,
            "delay_samples": 0.0,
            "gain_db": 0.0,
            "polarity": 1.0,
        }
        for system, by_measure in values.items()
        for measure, clips in by_measure.items()
        for clip, value in enumerate(clips)
    )


def table(scores: pd.DataFrame, *measures: Measure, **options: Any) -> Table:
    setting = Setting("spoken", ("white",), (5.0,), "active", options.pop("seed", 0), None, False)
    held = {name: options.pop(name) for name in ("systems", "timings") if name in options}
    return leaderboard(Results(scores, measures or (PESQ,), setting=setting, **held), **options)


def unknown(*systems: str) -> dict[str, SystemFacts]:
    return dict.fromkeys(systems, SystemFacts())


def row(table: Table, system: str) -> Row:
    (found,) = (row for row in table.rows if row.system == system)
    return found


def cell(table: Table, system: str, measure: str = "pesq_nb") -> Cell:
    return row(table, system).cells[measure]


def clips(level: float, count: int = 20, seed: int = 0) -> list[float]:
    common = np.random.default_rng(0).normal(0, 0.3, count)
    own = np.random.default_rng(seed).normal(0, 0.05, count)
    return [float(value) for value in level + common + own]


def three_systems() -> pd.DataFrame:
    return score(
        {
            "slow": {"pesq_nb": clips(2.0, seed=1)},
            "good": {"pesq_nb": clips(2.5, seed=2)},
            "noisy": {"pesq_nb": clips(1.5, seed=3)},
        }
    )


def test_a_mean_and_its_difference_to_noisy_are_those_of_the_values() -> None:
    scores = three_systems()
    good, noisy = clips(2.5, seed=2), clips(1.5, seed=3)
    found = cell(table(scores), "good")
    assert found.mean is not None
    assert found.delta is not None
    assert found.mean.mean == pytest.approx(np.mean(good), abs=1e-12)
    low, high = stats.t.interval(0.95, 19, np.mean(good), stats.sem(good))
    assert found.mean.low == pytest.approx(low, abs=0.02)
    assert found.mean.high == pytest.approx(high, abs=0.02)
    assert found.delta.mean == pytest.approx(np.mean(good) - np.mean(noisy), abs=1e-12)
    # Paired: the clips' own spread cancels.
    assert found.delta.low is not None
    assert found.delta.low > found.delta.mean - 0.06
    assert (found.n, found.n_ok, found.n_failed) == (20, 20, 0)


def test_noisy_comes_first_and_the_others_by_rank() -> None:
    rows = table(three_systems()).rows
    assert [(row.system, row.kind, row.rank) for row in rows] == [
        ("noisy", "reference", None),
        ("good", "system", 1),
        ("slow", "system", 2),
    ]


def test_noisy_has_no_difference_to_itself() -> None:
    assert cell(table(three_systems()), "noisy").delta is None


def test_without_a_noisy_row_there_are_ranks_and_no_differences() -> None:
    scores = three_systems()
    found = table(scores[scores["system"] != "noisy"])
    assert [row.rank for row in found.rows] == [1, 2]
    assert all(row.cells["pesq_nb"].delta is None for row in found.rows)


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


def test_systems_are_compared_on_the_mixtures_that_all_of_them_scored() -> None:
    scores = score(
        {
            "noisy": {"pesq_nb": [1.0, 1.0, 1.0, 1.0]},
            "a": {"pesq_nb": [2.0, 2.0, 2.0, None]},
            "b": {"pesq_nb": [None, 3.0, 3.0, 9.0]},
        }
    )
    found = table(scores)
    means = [row.cells["pesq_nb"].mean for row in found.rows]
    assert [mean.mean for mean in means if mean] == [1.0, 3.0, 2.0]
    assert {row.cells["pesq_nb"].n for row in found.rows} == {2}
    assert (row(found, "a").n_ok, row(found, "a").n_failed) == (3, 1)
    assert "pesq_nb: 2 of 4 mixtures are left out, since a and b have no score there." in found.warnings
    assert "a: 1 score failed (pesq_nb): reference is silent." in found.notes


def test_many_failures_and_what_they_take_from_everybody_are_said_first() -> None:
    values: dict[str, dict[str, Values]] = {
        "noisy": {"pesq_nb": clips(1.0), "stoi": clips(0.5)},
        "a": {"pesq_nb": [None, None, None, *clips(2.0, 17)], "stoi": clips(0.6)},
        "b": {"pesq_nb": [None, *clips(2.5, 19)], "stoi": clips(0.7)},
    }
    found = table(score(values), PESQ, STOI)
    assert found.notes[:2] == (
        "FAILURES: a failed 15% of pesq_nb: reference is silent.",
        "pesq_nb: 3 of 20 mixtures are left out, since a and b have no score there.",
    )
    assert found.notes[:2] == found.warnings
    assert "b: 1 score failed (pesq_nb): reference is silent." in found.notes[2:]


def test_what_fails_everything_takes_nothing_from_the_others() -> None:
    values: dict[str, dict[str, Values]] = {
        "noisy": {"pesq_nb": clips(1.0)},
        "a": {"pesq_nb": [None] * 20},
        "b": {"pesq_nb": clips(2.0)},
    }
    assert table(score(values)).warnings == ("FAILURES: a failed 100% of pesq_nb: reference is silent.",)


def test_an_unfinished_run_is_said_before_all_else() -> None:
    conditions = (ConditionFacts("white", 5.0, 20), ConditionFacts("hum", None, 20))
    scores = three_systems()
    results = Results(
        scores, (PESQ,), unknown("noisy", "slow", "good"), conditions=conditions, warnings=("LEAKAGE: all.",)
    )
    found = leaderboard(results)
    assert found.notes[:2] == (
        "UNFINISHED: 60 of 120 estimates are scored: 1 of 2 conditions whole, hum 0 of 60.",
        "LEAKAGE: all.",
    )


def test_a_row_counts_the_mixtures_that_it_lacks() -> None:
    scores = three_systems()
    scores = scores.drop(scores.index[(scores["system"] == "slow") & (scores["utterance"] == "u3")])
    assert {row.system: row.n_missing for row in table(scores).rows} == {"noisy": 0, "good": 0, "slow": 1}


def test_each_measure_has_its_own_shared_mixtures() -> None:
    scores = score(
        {
            "noisy": {"pesq_nb": [1.0, 1.0, 1.0], "stoi": [0.5, 0.5, 0.5]},
            "a": {"pesq_nb": [2.0, None, 2.0], "stoi": [0.6, 0.6, 0.6]},
        }
    )
    found = table(scores, PESQ, STOI)
    assert [cell(found, "noisy", name).n for name in ("pesq_nb", "stoi")] == [2, 3]
    assert (row(found, "a").n_ok, row(found, "a").n_failed) == (2, 1)


def test_a_system_that_scored_nothing_does_not_empty_the_table() -> None:
    scores = score(
        {"noisy": {"pesq_nb": clips(1.0)}, "broken": {"pesq_nb": [None] * 20}, "a": {"pesq_nb": clips(2.0)}}
    )
    found = table(scores)
    assert cell(found, "a").n == 20
    assert (cell(found, "broken").mean, cell(found, "broken").n_failed) == (None, 20)
    assert [(row.system, row.rank) for row in found.rows] == [("noisy", None), ("a", 1), ("broken", None)]


def test_all_failed_gives_a_table_of_failures() -> None:
    found = table(score({"noisy": {"pesq_nb": [None] * 3}, "a": {"pesq_nb": [None] * 3}}))
    assert [(row.rank, row.n_ok, row.n_failed) for row in found.rows] == [(None, 0, 3), (None, 0, 3)]


def test_many_reasons_of_failure_are_cut_to_the_commonest() -> None:
    scores = score({"noisy": {"pesq_nb": [None] * 9}})
    scores["failure"] = ["a", "b", "b", "c", "c", "c", "d", "d", "d"]
    notes = table(scores).notes
    assert [note for note in notes if note.startswith("noisy:")] == [
        "noisy: 3 scores failed (pesq_nb): c.",
        "noisy: 3 scores failed (pesq_nb): d.",
        "noisy: 2 scores failed (pesq_nb): b.",
        "noisy: 1 score failed for other reasons.",
    ]


def test_one_clip_has_a_mean_and_no_interval() -> None:
    found = table(score({"noisy": {"pesq_nb": [1.0]}, "a": {"pesq_nb": [2.0]}}))
    mean = cell(found, "a").mean
    assert mean is not None
    assert (mean.mean, mean.low, mean.high) == (2.0, None, None)
    assert any("all clips are of one recording" in note for note in found.notes)


def test_one_system_is_ranked_first_of_one() -> None:
    found = table(score({"noisy": {"pesq_nb": clips(1.0)}}))
    assert [(row.system, row.rank) for row in found.rows] == [("noisy", None)]


def test_an_interval_ends_where_the_measure_does() -> None:
    scores = score({"noisy": {"stoi": [0.99, 1.0, 0.2]}})
    mean = cell(table(scores, STOI), "noisy", "stoi").mean
    assert mean is not None
    assert (mean.low, mean.high) == (0.0, 1.0)


def test_a_bound_is_shown_last_unranked_and_limits_nobody() -> None:
    scores = score(
        {
            "oracle_mask": {"pesq_nb": [4.0, None, 4.0]},
            "noisy": {"pesq_nb": [1.0, 1.0, 1.0]},
            "a": {"pesq_nb": [2.0, 2.0, 2.0]},
        }
    )
    found = table(scores, systems={"oracle_mask": SystemFacts(oracle=True), **unknown("noisy", "a")})
    assert [(row.system, row.kind, row.rank) for row in found.rows][-1] == ("oracle_mask", "bound", None)
    assert [cell(found, system).n for system in ("a", "oracle_mask")] == [3, 2]


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


def test_a_constant_delay_has_no_spread_and_jitter_has() -> None:
    scores = score({name: {"pesq_nb": clips(2.0), "stoi": clips(0.5)} for name in ("noisy", "late", "slips")})
    scores.loc[scores["system"] == "late", "delay_samples"] = 160.0
    slipping = (scores["system"] == "slips") & scores["utterance"].isin(["u0", "u1", "u2", "u3"])
    scores.loc[slipping, "delay_samples"] = 160.0  # 4 of 20 clips
    found = table(scores, PESQ, STOI)
    assert row(found, "late").output == Output(Spread(160.0, 0.0), Spread(0.0, 0.0), 1.0)
    assert row(found, "slips").output.delay_samples == Spread(0.0, 80.0)
    assert any("a constant delay has ±0" in note for note in found.notes)


def test_gain_and_polarity_are_over_all_clips_and_each_counts_once() -> None:
    scores = score(
        {"noisy": {"pesq_nb": clips(1.0, 4)}, "a": {"pesq_nb": [1, 2, 3, None], "stoi": [0.5] * 3}}
    )
    clip = scores["utterance"].str[1:].astype(float)
    scores["gain_db"] = np.where(scores["system"] == "a", -clip, 0.0)
    scores["polarity"] = np.where((scores["system"] == "a") & (clip == 3), -1.0, 1.0)
    output = row(table(scores, PESQ, STOI), "a").output
    assert output.gain_db is not None
    assert output.gain_db.median == -1.5
    assert output.gain_db.half_range == pytest.approx(0.9 * 3 / 2)
    assert output.polarity == 0.5


def test_silence_has_no_delay_gain_or_polarity() -> None:
    scores = three_systems()
    scores.loc[scores["system"] == "slow", ["delay_samples", "gain_db", "polarity"]] = math.nan
    assert row(table(scores), "slow").output == Output(None, None, None)
    assert not table(scores).shows_outputs


def test_a_tie_is_told_with_the_clips_it_would_take() -> None:
    scores = score(
        {
            "noisy": {"pesq_nb": clips(1.0)},
            "a": {"pesq_nb": clips(2.0, seed=1)},
            "b": {"pesq_nb": clips(2.0, seed=2)},
        }
    )
    found = table(scores)
    assert [row.rank for row in found.rows] == [None, 1, 1]
    (note,) = (note for note in found.notes if "tied" in note)
    assert "clips would separate them" in note
    assert "(here are 20)" in note


def test_ties_of_many_groups_are_told_in_one_line_a_pair() -> None:
    values = {
        "noisy": {"pesq_nb": clips(1.0)},
        "a": {"pesq_nb": clips(2.0, seed=1)},
        "b": {"pesq_nb": clips(2.0, seed=2)},
    }
    swapped = {**values, "a": values["b"], "b": values["a"]}
    both = pd.concat([score(values, "white"), score(swapped, "car")], ignore_index=True)
    (note,) = (note for note in table(both, by=("noise",)).notes if "tied" in note)
    needed = note.split("white: ")[1].split(";")[0]
    assert note.endswith(f"white: {needed}; car: {needed}.")


def test_systems_that_differ_by_rounding_are_told_to_be_the_same() -> None:
    values = {name: {"pesq_nb": clips(2.0)} for name in ("noisy", "a", "b")}
    scores = score(values)
    rounded = scores["value"] * (1 + 4e-16 * np.random.default_rng(0).integers(-2, 3, len(scores)))
    scores["value"] = scores["value"].where(scores["system"] != "b", rounded)
    (note,) = (note for note in table(scores).notes if "identical in" in note)
    assert note.endswith("are identical in pesq_nb on every clip.")
    (note,) = (note for note in table(scores, by=("noise",)).notes if "tied" in note)
    assert "white: identical" in note


def test_identical_systems_are_told_to_be_tied_for_good() -> None:
    values = {name: {"pesq_nb": clips(2.0)} for name in ("noisy", "a", "b")}
    notes = table(score(values)).notes
    assert "a and b are identical in pesq_nb on every clip." in notes


def test_a_system_without_scores_yet_is_shown_and_named() -> None:
    scores = three_systems()
    scores = scores.drop(scores.index[(scores["system"] == "slow") & (scores["utterance"] == "u3")])
    found = table(scores, systems=unknown("noisy", "slow", "good", "waiting"))
    assert cell(found, "waiting").mean is None
    assert "slow: 1 of 20 mixtures are not scored yet." in found.notes
    assert "waiting: 20 of 20 mixtures are not scored yet." in found.notes


def test_the_bootstrap_names_speakers_where_there_are_enough() -> None:
    scores = three_systems()
    assert any("bootstrap over 20 recordings" in note for note in table(scores).notes)
    scores["speaker"] = "s" + (scores["utterance"].str[1:].astype(int) % 5).astype(str)
    assert any("bootstrap over 5 speakers" in note for note in table(scores).notes)


def test_a_table_of_few_speakers_says_first_for_whom_it_holds() -> None:
    scores = three_systems()
    scores["speaker"] = "s" + (scores["utterance"].str[1:].astype(int) % 4).astype(str)
    found = table(scores)
    (warning,) = found.warnings
    (method,) = (note for note in found.notes if "bootstrap" in note)
    assert warning == "Holds for these 4 speakers only: it takes 5 or more to say something of others."
    assert "bootstrap over 20 recordings" in method


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


def test_offsets_and_mixed_rates_are_said_first() -> None:
    scores = score({"noisy": {"pesq_nb": [1.0, 2.0, 3.0]}, "a": {"pesq_nb": [2.0, 3.0, 4.0]}})
    clip = scores["utterance"]
    told = scores.assign(
        sample_rate=np.where(clip == "u0", 16000.0, 8000.0),
        speech_offset_db=np.where(clip == "u1", 0.17, 0.0),
        noise_offset_db=2.0,
    )
    warnings = table(told, systems=unknown("noisy", "a")).warnings
    assert any("1 of 3 utterances holds a DC offset, up to 0.2 dB" in warning for warning in warnings)
    assert any("noise of white holds a DC offset, up to 2.0 dB" in warning for warning in warnings)
    assert any("2 mixtures at 8000 Hz, 1 mixtures at 16000 Hz" in warning for warning in warnings)
    plain = scores.assign(sample_rate=8000.0, speech_offset_db=0.01, noise_offset_db=None)
    quiet = table(plain, systems=unknown("noisy", "a")).warnings
    assert not any("OFFSET" in warning or "RATES" in warning for warning in quiet)
