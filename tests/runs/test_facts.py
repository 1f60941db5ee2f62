"""What a system is called is shown everywhere, and decides nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

import benchbox
from benchbox.gate.baseline import load_baseline, save_baseline
from benchbox.registry.discovery import discover
from benchbox.render import render
from benchbox.results.merging import merge
from benchbox.runs.folder import Run
from benchbox.runs.verification import examine
from benchbox.systems.system import load_system


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(denoisers: str, output: str, **options: Any) -> Run:
    suite = benchbox.Suite(denoisers=denoisers, noises="white", snrs="5", metrics="si_sdr", limit=2)
    return benchbox.run(suite, output, in_process=True, **options)


def scores(folder: Run) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (folder.path / "scores").glob("*.parquet")}


def test_tables_sounds_and_their_legend_have_the_alias() -> None:
    done = run("ours=spectral_sub(over=3.0),base=wiener", "out", examples=1)
    assert list(done.scores["system"].unique()) == ["noisy", "ours", "base"]
    assert list(done.timings["system"].unique()) == ["noisy", "ours", "base"]
    table = done.leaderboard().table
    legend = "Names: ours = spectral_sub(over=3.0); base = wiener."
    assert legend in table.notes
    for form in ("rich", "markdown", "csv", "json", "latex"):
        text = render(table, form)
        assert "ours" in text
        assert "spectral_sub(over=3.0)" in text.replace(r"\_", "_")
    assert {row.system: row.spec for row in table.rows}["ours"] == "spectral_sub(over=3.0)"
    sounds = {file.name for file in done.audio_folder.rglob("*.wav")}
    assert sounds == {"clean.wav", "noisy.wav", "ours.wav", "base.wav"}
    assert not examine(done.path).problems


def test_rows_are_the_same_bytes_whatever_a_system_is_called() -> None:
    named = run("ours=wiener", "named", examples=0)
    assert scores(named) == scores(run("wiener", "plain", examples=0))


def test_calling_a_system_otherwise_computes_nothing() -> None:
    first = run("ours=wiener", "out", examples=0)
    before = {file: file.stat().st_mtime_ns for file in (first.path / "scores").iterdir()}
    again = run("mine=wiener", "out", examples=0)
    assert {file: file.stat().st_mtime_ns for file in (again.path / "scores").iterdir()} == before
    assert list(again.scores["system"].unique()) == ["noisy", "mine"]
    assert "mine" in (again.path / "leaderboard.md").read_text()
    assert Run.open("out").manifest.suite.denoisers[0].alias == "mine"


def test_runs_and_baselines_meet_by_alias() -> None:
    one = run("ours=spectral_sub(over=3.0)", "one", examples=0)
    save_baseline(one.results, Path("baseline.json"))
    assert list(load_baseline(Path("baseline.json")).systems) == ["noisy", "ours"]
    other = run("ours=spectral_sub(over=2.0)", "two", examples=0)
    merged = merge({"one": one.results, "two": other.results})
    assert list(merged.systems) == ["noisy", "ours @ one", "ours @ two"]


def test_a_folder_of_an_earlier_version_shows_its_labels() -> None:
    done = run("wiener", "out", examples=0)
    manifest = json.loads(done.manifest_path.read_text())
    manifest.pop("sha256")
    for facts in manifest["systems"].values():
        del facts["spec"]
    done.manifest_path.write_text(json.dumps(manifest))
    again = run("wiener", "out", examples=0)
    assert list(again.scores["system"].unique()) == ["noisy", "wiener"]
    assert not any(note.startswith("Names") for note in again.leaderboard().table.notes)


def test_a_trained_system_is_found_by_its_alias() -> None:
    run("ours=unet(channels=4,steps=2)", "out", examples=0)
    registry = discover()
    assert load_system(Path("out/systems/ours"), registry).parameters
    run("mine=unet(channels=4,steps=2)", "out", examples=0)
    assert load_system(Path("out/systems/mine"), registry).parameters
    [folder] = Path("out/systems").iterdir()
    assert folder.name.startswith("unet-channels-4-steps-2-")
