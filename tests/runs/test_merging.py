from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchbox.errors import BadRun
from benchbox.leaderboard.table import Row, Table
from benchbox.records import Evaluation, Measure, Score, Timing
from benchbox.runs.folder import SCHEMA, Run
from benchbox.runs.merging import merge

SI_SDR = Measure("si_sdr", "dB")
NSR = Measure("nsr", higher_is_better=False)
SUITE = {
    "corpus": "spoken",
    "noises": ["white"],
    "snrs": [5.0],
    "snr_definition": "active",
    "seed": 0,
    "limit": None,
    "align": False,
}
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


def run(
    path: Path,
    systems: Sequence[str],
    clips: Sequence[int] = range(8),
    measures: Sequence[Measure] = (SI_SDR,),
    *,
    version: str = "1",
    machine: str = "here",
    shift: float = 0.0,
    facts: Mapping[str, Any] | None = None,
    **suite: Any,
) -> Run:
    """Write a run folder in which `shift` is added to what trained systems score."""
    made = Run(path)
    for system in systems:
        trained = system.endswith("net")
        rng = np.random.default_rng(0)
        scores = [
            score(system, clip, measure, LEVELS[system] + rng.normal(0, 0.3) + shift * trained)
            for clip in clips
            for measure in measures
        ]
        timings = [Timing(system, "white", 5.0, f"u{clip}", 2.0, 0.1) for clip in clips]
        made.write(Evaluation(f"{system}-key", scores, timings))
    made.write_manifest(
        {
            "schema": SCHEMA,
            "finished": True,
            "suite": {**SUITE, **suite},
            "leaks": None,
            "systems": {
                system: {
                    "identity": f"{system} 1.0",
                    "trainable": system.endswith("net"),
                    "oracle": False,
                    "parameters": None,
                    **(facts or {}),
                }
                for system in systems
            },
            "measures": [asdict(measure) for measure in measures],
            "identities": {measure.name: {"library": "benchbox", "version": version} for measure in measures},
            "machine": {"platform": machine},
            "jobs": [f"{system}-key" for system in systems],
        }
    )
    return made


def systems_in(table: Table) -> list[str]:
    return [row.system for row in table.rows]


def row(table: Table, system: str) -> Row:
    (found,) = (row for row in table.rows if row.system == system)
    return found


def test_systems_of_several_runs_stand_in_one_table(tmp_path: Path) -> None:
    first, second = (
        run(tmp_path / "one", ["noisy", "vqunet"]),
        run(tmp_path / "two", ["noisy", "unet", "wiener"]),
    )
    table = merge([first, second]).leaderboard()
    assert systems_in(table) == ["noisy", "vqunet", "unet", "wiener"]
    assert table.rows[1].cells["si_sdr"] == first.leaderboard().rows[1].cells["si_sdr"]
    assert table.rows[1].real_time_factor == pytest.approx(0.05)
    assert table.notes[0] == "Runs one, two, on the 8 mixtures that all of them have."
    corpus = [note for note in table.notes if note.startswith("Corpus spoken")]
    assert len(corpus) == 1


def test_two_trainings_of_one_label_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    runs = [
        run(tmp_path / "one", ["noisy", "vqunet", "wiener"]),
        run(tmp_path / "two", ["noisy", "vqunet", "wiener"], shift=1.0),
    ]
    table = merge(runs).leaderboard()
    # What learns nothing and has one identity is one system.
    assert systems_in(table) == ["noisy", "vqunet @ two", "vqunet @ one", "wiener"]
    cells = [row(table, f"vqunet @ {name}").cells["si_sdr"].mean for name in ("one", "two")]
    assert [cell.mean for cell in cells if cell] == pytest.approx(
        [LEVELS["vqunet"] + each + np.random.default_rng(0).normal(0, 0.3, 8).mean() for each in (0, 1)]
    )


def test_another_version_of_a_system_is_another_system_but_noisy_is_noisy(tmp_path: Path) -> None:
    runs = [
        run(tmp_path / "one", ["noisy", "wiener"]),
        run(tmp_path / "two", ["noisy", "wiener"], facts={"identity": "2.0"}),
    ]
    assert systems_in(merge(runs).leaderboard()) == ["noisy", "wiener @ one", "wiener @ two"]


def test_folders_of_one_name_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    runs = [run(tmp_path / name / "run", ["noisy", "vqunet"]) for name in ("one", "two")]
    assert f"vqunet @ {(tmp_path / 'two' / 'run').resolve()}" in systems_in(merge(runs).leaderboard())


def test_runs_are_compared_on_the_mixtures_that_all_have(tmp_path: Path) -> None:
    runs = [
        run(tmp_path / "one", ["noisy", "vqunet"], clips=range(8)),
        run(tmp_path / "two", ["noisy", "unet"], clips=range(5, 12)),
        run(tmp_path / "three", ["noisy", "wiener"], clips=range(20)),
    ]
    table = merge(runs).leaderboard()
    assert {row.cells["si_sdr"].n for row in table.rows} == {3}
    assert {(row.n_ok, row.n_failed) for row in table.rows} == {(3, 0)}
    assert "on the 3 mixtures" in table.notes[0]


def test_no_mixture_in_common_is_refused_with_what_differs(tmp_path: Path) -> None:
    runs = [
        run(tmp_path / "one", ["noisy"], clips=range(4)),
        run(tmp_path / "two", ["noisy"], clips=range(4, 8), seed=1, noises=["pink", "car"]),
    ]
    with pytest.raises(BadRun) as caught:
        merge(runs)
    assert str(caught.value) == (
        "no mixture in common between one, two: they differ in noises (white / pink,car), seed (0 / 1); "
        "run the same suite"
    )
    alike = run(tmp_path / "three", ["noisy"], clips=range(4, 8))
    with pytest.raises(BadRun, match="their corpus is not the same audio"):
        merge([runs[0], alike])


def test_another_implementation_of_a_measure_is_refused_by_name_unless_forced(tmp_path: Path) -> None:
    runs = [
        run(tmp_path / "one", ["noisy", "vqunet"]),
        run(tmp_path / "two", ["noisy", "unet"], version="2"),
    ]
    unlike = "si_sdr is not the same measure in both (version 1 in one, 2 in two)"
    with pytest.raises(BadRun) as caught:
        merge(runs)
    assert str(caught.value) == f"{unlike}; run them again with one installation, or --force"
    assert merge(runs, force=True).leaderboard().notes[0] == f"FORCED: {unlike}."


def test_a_measure_that_not_every_run_has_is_left_out_and_named(tmp_path: Path) -> None:
    runs = [
        run(tmp_path / "one", ["noisy", "vqunet"], measures=(NSR, SI_SDR)),
        run(tmp_path / "two", ["noisy", "unet"]),
    ]
    merged = merge(runs)
    assert merged.measures == [SI_SDR]
    assert set(merged.scores["measure"]) == {"si_sdr"}
    assert "nsr is left out, since not every run has it." in merged.notes
    with pytest.raises(BadRun, match="no measure in common: two has si_sdr; three has nsr"):
        merge([runs[1], run(tmp_path / "three", ["noisy"], measures=(NSR,))])


def test_what_a_reader_must_know_of_one_run_is_told_with_its_name(tmp_path: Path) -> None:
    runs = [
        run(tmp_path / "one", ["noisy", "wiener"]),
        run(tmp_path / "two", ["noisy", "wiener"], align=True, machine="there"),
    ]
    merged = merge(runs)
    assert "two: Aligned: each system's constant delay was undone before scoring." in merged.notes
    assert any("different machines" in note for note in merged.notes)
    # Aligned or not is a difference that scores show.
    assert systems_in(merged.leaderboard()) == ["noisy", "wiener @ one", "wiener @ two"]


def test_a_run_given_twice_or_without_scores_is_refused(tmp_path: Path) -> None:
    first = run(tmp_path / "one", ["noisy"])
    with pytest.raises(BadRun, match="given 2 times"):
        merge([first, Run(tmp_path / "two" / ".." / "one")])
    with pytest.raises(BadRun, match="two has no scores yet"):
        merge([first, run(tmp_path / "two", ["noisy"], clips=[])])
