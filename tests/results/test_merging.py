from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchbox.errors import BadRun
from benchbox.leaderboard import leaderboard
from benchbox.leaderboard.table import Row, Table
from benchbox.records import Measure, Score, Timing
from benchbox.results.merging import merge
from benchbox.results.record import ConditionFacts, Machine, Results, Setting, SystemFacts

SI_SDR = Measure("si_sdr", "dB")
NSR = Measure("nsr", higher_is_better=False)
SETTING = Setting("spoken", ("white",), (5.0,), "active", seed=0, limit=None, align=False)
LEVELS = {"noisy": 5.0, "wiener": 9.0, "vqunet": 12.0, "unet": 11.0}


def score(system: str, clip: int, measure: Measure, value: float) -> Score:
    return Score(
        system=system,
        noise="white",
        snr_db=5.0,
        utterance=f"u{clip}",
        recording=f"r{clip}",
        speaker=None,
        mixture=f"m{clip}",
        measure=measure.name,
        value=value,
        status="ok",
        failure=None,
        snr_active_db=5.0,
        snr_rms_db=4.0,
        delay_samples=0.0,
        gain_db=0.0,
        polarity=1.0,
    )


def results(
    systems: Sequence[str],
    clips: Sequence[int] = range(8),
    measures: Sequence[Measure] = (SI_SDR,),
    *,
    version: str = "1",
    machine: str = "here",
    shift: float = 0.0,
    facts: Mapping[str, Any] | None = None,
    notes: tuple[str, ...] = ("Corpus spoken.",),
    **setting: Any,
) -> Results:
    """Return results in which `shift` is added to what trained systems score."""
    scores, timings = [], []
    for system in systems:
        rng = np.random.default_rng(0)
        scores += [
            score(system, clip, measure, LEVELS[system] + rng.normal(0, 0.3) + shift * system.endswith("net"))
            for clip in clips
            for measure in measures
        ]
        timings += [Timing(system, "white", 5.0, f"u{clip}", 2.0, 0.1) for clip in clips]
    return Results(
        scores=pd.DataFrame(scores, columns=list(Score.__annotations__)),
        measures=list(measures),
        systems={
            system: SystemFacts(
                **{"identity": f"{system} 1.0", "trainable": system.endswith("net"), **(facts or {})}
            )
            for system in systems
        },
        identities={measure.name: {"library": "benchbox", "version": version} for measure in measures},
        timings=pd.DataFrame(timings, columns=list(Timing.__annotations__)),
        setting=replace(SETTING, **setting),
        machine=Machine(machine, "x86_64", 2, "3.11"),
        notes=notes,
    )


def systems_in(table: Table) -> list[str]:
    return [row.system for row in table.rows]


def row(table: Table, system: str) -> Row:
    (found,) = (row for row in table.rows if row.system == system)
    return found


def test_systems_of_several_runs_stand_in_one_table() -> None:
    first, second = results(["noisy", "vqunet"]), results(["noisy", "unet", "wiener"])
    table = leaderboard(merge({"one": first, "two": second}))
    assert systems_in(table) == ["noisy", "vqunet", "unet", "wiener"]
    assert table.rows[1].cells["si_sdr"] == leaderboard(first).rows[1].cells["si_sdr"]
    assert table.rows[1].real_time_factor == pytest.approx(0.05)
    assert table.notes[0] == "Runs one, two, on the 8 mixtures that all of them have."
    corpus = [note for note in table.notes if note.startswith("Corpus spoken")]
    assert len(corpus) == 1


def test_two_trainings_of_one_label_are_told_apart_by_their_folders() -> None:
    runs = {
        "one": results(["noisy", "vqunet", "wiener"]),
        "two": results(["noisy", "vqunet", "wiener"], shift=1.0),
    }
    table = leaderboard(merge(runs))
    # What learns nothing and has one identity is one system.
    assert systems_in(table) == ["noisy", "vqunet @ two", "vqunet @ one", "wiener"]
    cells = [row(table, f"vqunet @ {name}").cells["si_sdr"].mean for name in ("one", "two")]
    assert [cell.mean for cell in cells if cell] == pytest.approx(
        [LEVELS["vqunet"] + each + np.random.default_rng(0).normal(0, 0.3, 8).mean() for each in (0, 1)]
    )


def test_another_version_of_a_system_is_another_system_but_noisy_is_noisy() -> None:
    runs = {
        "one": results(["noisy", "wiener"]),
        "two": results(["noisy", "wiener"], facts={"identity": "2.0"}),
    }
    assert systems_in(leaderboard(merge(runs))) == ["noisy", "wiener @ one", "wiener @ two"]


def test_runs_are_compared_on_the_mixtures_that_all_have() -> None:
    runs = {
        "one": results(["noisy", "vqunet"], clips=range(8)),
        "two": results(["noisy", "unet"], clips=range(5, 12)),
        "three": results(["noisy", "wiener"], clips=range(20)),
    }
    table = leaderboard(merge(runs))
    assert {row.cells["si_sdr"].n for row in table.rows} == {3}
    assert {(row.n_ok, row.n_failed) for row in table.rows} == {(3, 0)}
    assert any("on the 3 mixtures" in note for note in table.notes)


def test_no_mixture_in_common_is_refused_with_what_differs() -> None:
    runs = {
        "one": results(["noisy"], clips=range(4)),
        "two": results(["noisy"], clips=range(4, 8), seed=1, noises=("pink", "car")),
    }
    with pytest.raises(BadRun) as caught:
        merge(runs)
    assert str(caught.value) == (
        "no mixture in common between one, two: they differ in noises (white / pink,car), seed (0 / 1); "
        "run the same suite"
    )
    alike = results(["noisy"], clips=range(4, 8))
    with pytest.raises(BadRun, match="their corpus is not the same audio"):
        merge({"one": runs["one"], "three": alike})


def test_another_implementation_of_a_measure_is_refused_by_name_unless_forced() -> None:
    runs = {
        "one": results(["noisy", "vqunet"]),
        "two": results(["noisy", "unet"], version="2"),
    }
    unlike = "si_sdr is not the same measure in both (version 1 in one, 2 in two)"
    with pytest.raises(BadRun) as caught:
        merge(runs)
    assert str(caught.value) == f"{unlike}; run them again with one installation, or --force"
    assert leaderboard(merge(runs, force=True)).notes[0] == f"FORCED: {unlike}."


def with_audio(results: Results, audio: str | None) -> Results:
    return replace(results, scores=results.scores.assign(audio=audio))


def test_mixtures_of_other_samples_are_refused_whatever_they_are_called() -> None:
    white = with_audio(results(["noisy", "wiener"]), "-26 0.1 0.2 0.3 0.4, -27 0.5 0.6 0.7 0.8")
    brown = with_audio(results(["noisy", "wiener"], shift=1), "-26 0.3 0.2 0.3 0.4, -27 0.5 0.6 0.7 0.8")
    with pytest.raises(BadRun, match=r"8 of 8 mixtures are not the same audio in a and b \(as u0 in white\)"):
        merge({"a": white, "b": brown})


@pytest.mark.parametrize("other", [None, "-26.0004 0.1 0.2 0.3 0.4, -27 0.5 0.6 0.7 0.8"])
def test_audio_is_the_same_where_only_last_bits_differ_or_a_run_does_not_tell(other: str | None) -> None:
    one = with_audio(results(["noisy", "wiener"]), "-26 0.1 0.2 0.3 0.4, -27 0.5 0.6 0.7 0.8")
    assert merge({"a": one, "b": with_audio(results(["noisy"]), other)}).scores["mixture"].nunique() == 8


def test_a_measure_that_not_every_run_has_is_left_out_and_named() -> None:
    runs = {
        "one": results(["noisy", "vqunet"], measures=(NSR, SI_SDR)),
        "two": results(["noisy", "unet"]),
    }
    merged = merge(runs)
    assert merged.measures == [SI_SDR]
    assert set(merged.scores["measure"]) == {"si_sdr"}
    assert "nsr is left out, since not every run has it." in merged.notes
    with pytest.raises(BadRun, match="no measure in common: two has si_sdr; three has nsr"):
        merge({"two": runs["two"], "three": results(["noisy"], measures=(NSR,))})


def test_what_a_reader_must_know_of_one_run_is_told_with_its_name() -> None:
    runs = {
        "one": results(["noisy", "wiener"]),
        "two": results(
            ["noisy", "wiener"], align=True, machine="there", notes=("Corpus spoken.", "Aligned.")
        ),
    }
    merged = merge(runs)
    assert merged.notes.count("Corpus spoken.") == 1
    assert "two: Aligned." in merged.notes
    assert any("different machines" in note for note in merged.notes)
    # Aligned or not is a difference that scores show.
    assert systems_in(leaderboard(merged)) == ["noisy", "wiener @ one", "wiener @ two"]


def test_what_has_no_scores_is_refused_by_name() -> None:
    with pytest.raises(BadRun, match="two has no scores yet"):
        merge({"one": results(["noisy"]), "two": results(["noisy"], clips=[])})


def test_an_unfinished_run_is_named_first_in_the_merged_table() -> None:
    half = replace(
        results(["noisy", "vqunet"], range(6), notes=()),
        finished=False,
        conditions=(ConditionFacts("white", 5.0, 8),),
    )
    table = leaderboard(merge({"one": results(["noisy", "unet"]), "two": half}))
    expected = "two: UNFINISHED: 12 of 16 estimates are scored: 0 of 1 conditions whole, white 5 dB 12 of 16."
    assert table.notes[0] == expected
