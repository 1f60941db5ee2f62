"""Trained systems are shared between run folders, with the same bytes."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchbox
from benchbox.cli import app
from benchbox.runs.folder import Run
from benchbox.systems.shared import shared_systems


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCHBOX_CACHE", "cache")


def run(output: str, denoisers: str = "unet(channels=4,steps=2)", **options: Any) -> tuple[Run, list[str]]:
    told: list[str] = []
    suite = benchbox.Suite(denoisers=denoisers, noises="white", snrs="5", metrics="si_sdr", limit=1)
    done = benchbox.run(suite, output, in_process=True, examples=0, announce=told.append, **options)
    return done, [line for line in told if "was trained before" in line]


def scores(run: Run) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (run.path / "scores").glob("*.parquet")}


def test_what_was_trained_once_is_not_trained_again_and_scores_the_same() -> None:
    first, told = run("first")
    assert not told
    second, told = run("second", "ours=unet(channels=4,steps=2)")
    assert told == ["ours was trained before: taken from the cache (--no-cache trains anew)"]
    anew, told = run("anew", fresh=True)
    assert not told
    assert scores(first) == scores(second) == scores(anew)
    _, told = run("other", "unet(channels=4,steps=3)")
    assert not told
    assert len(list(shared_systems())) == 2
    command = CliRunner()
    listed = command.invoke(app, ["cache", "ls"]).output
    assert "unet(channels=4, steps=2)" in listed
    assert "2 trained systems" in listed
    assert "2 trained systems deleted" in command.invoke(app, ["cache", "clear"]).output
    assert "0 trained systems" in command.invoke(app, ["cache", "ls"]).output
    assert (first.path / "systems").is_dir()


def test_what_is_damaged_is_trained_again() -> None:
    first, _ = run("first")
    [kept] = shared_systems()
    weights = next(kept.path.glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    [damaged] = shared_systems()
    assert damaged.trained is None
    second, told = run("second")
    assert not told
    assert scores(first) == scores(second)
    [mended] = shared_systems()
    assert mended.trained


def test_what_was_trained_with_another_version_of_a_library_is_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("first", "unet(channels=4,steps=1)")
    facts = tmp_path / "libraries" / "numpy-9.9.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 9.9\n")
    monkeypatch.syspath_prepend(str(facts.parent))
    _, told = run("second", "unet(channels=4,steps=1)")
    assert not told
    assert len(list(shared_systems())) == 2


def test_without_a_cache_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOX_CACHE", "")
    run("first", "unet(channels=4,steps=1)")
    assert list(shared_systems()) == []
    assert not Path("cache").exists()
