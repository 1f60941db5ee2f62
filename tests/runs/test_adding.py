"""Systems are added to a run of the same suite, and nothing that is done is done again."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchbox
from benchbox.cli import app
from benchbox.errors import BadRun, BadSuite
from benchbox.runs.folder import Run


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(denoisers: str, output: str = "out", **settings: Any) -> Run:
    given = {"noises": "white", "snrs": "5", "metrics": "si_sdr", "limit": 2, **settings}
    suite = benchbox.Suite(denoisers=denoisers, **given)
    return benchbox.run(suite, output, in_process=True, examples=1)


def scores(run: Run) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (run.path / "scores").glob("*.parquet")}


def test_what_is_added_is_as_if_it_had_been_there_from_the_start() -> None:
    told: list[str] = []
    first = run("wiener")
    before = {file: file.stat().st_mtime_ns for file in (first.path / "scores").iterdir()}
    suite = first.manifest.suite.model_copy(
        update={"denoisers": benchbox.Suite(denoisers="log_mmse").denoisers}
    )
    added = benchbox.run(suite, "out", in_process=True, examples=1, announce=told.append)
    assert list(added.manifest.systems) == ["noisy", "wiener", "log_mmse"]
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert scores(added) == scores(run("wiener,log_mmse", "whole"))
    assert {sound.stem for sound in added.audio_folder.rglob("*.wav")} == {
        "clean", "noisy", "wiener", "log_mmse",
    }  # fmt: skip
    assert Run.open("out").finished


def test_bounds_are_added_and_stay() -> None:
    run("wiener")
    run("wiener", bounds=True)
    assert "oracle_mask" in run("log_mmse").manifest.systems


def test_an_alias_that_another_system_has_is_refused() -> None:
    run("ours=wiener")
    with pytest.raises(BadSuite, match="ours is the name of two systems, wiener and log_mmse"):
        run("ours=log_mmse")


def test_a_run_of_other_mixtures_is_refused() -> None:
    run("wiener")
    with pytest.raises(BadRun, match=r"holds another suite's run \(it differs in snrs\)"):
        run("log_mmse", snrs="0")


def test_the_command_takes_what_is_not_said_from_the_run() -> None:
    run("wiener")
    result = CliRunner().invoke(app, ["run", "--denoisers", "log_mmse", "--output", "out", "--in-process"])
    assert result.exit_code == 0, result.output
    assert list(Run.open("out").manifest.systems) == ["noisy", "wiener", "log_mmse"]
    assert Run.open("out").manifest.suite.limit == 2
