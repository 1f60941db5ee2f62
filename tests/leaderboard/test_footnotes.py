"""What is said under a table: first what may mislead, then ties, method and gaps."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchbox
from benchbox.audio import write
from benchbox.leaderboard import leaderboard
from benchbox.results.record import ConditionFacts, Results
from tests.fakes import run_here
from tests.leaderboard.scored import (
    PESQ,
    STOI,
    Values,
    cell,
    clips,
    score,
    table,
    three_systems,
    unknown,
)


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


@pytest.mark.usefixtures("fakes")
def test_offsets_and_mixed_rates_of_a_corpus_are_told_under_the_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    (tmp_path / "speech" / "test").mkdir(parents=True)
    for name, rate, offset in (("a", 8000, 0.0), ("b", 16000, 0.0), ("c", 8000, 0.05)):
        samples = 0.1 * rng.standard_normal(2 * rate) + offset
        write(tmp_path / "speech" / "test" / f"{name}.wav", samples.astype(np.float32), rate)
    suite = benchbox.Suite(
        denoisers="half",
        corpus=f"folder(path={tmp_path / 'speech'})",
        noises="white",
        snrs="5",
        metrics="si_sdr",
    )
    run = run_here(suite, tmp_path / "run", examples=0)
    warnings = "\n".join(run.leaderboard().table.warnings)
    assert "OFFSET: speech of 1 of 3 utterances holds a DC offset, up to 1.0 dB" in warnings
    assert "MIXED RATES: 2 mixtures at 8000 Hz, 1 mixtures at 16000 Hz" in warnings
