"""`benchbox status` as a user meets it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchbox.runs.folder import Run
from benchbox.runs.lock import held

Command = Callable[..., Any]


def test_a_finished_run_is_shown_with_its_table(run: Run, benchbox: Command) -> None:
    out = benchbox("status", run.path).out
    assert f"{run.path} is finished." in out.replace("\n", "")
    assert "half" in out
    assert "2 of 2" in out


def test_a_run_that_goes_on_says_how_far_it_is_and_who_works_there(run: Run, benchbox: Command) -> None:
    (run.path / "scores" / "half-key.parquet").unlink()
    assert "is stopped: 2 of 4 estimates are scored" in benchbox("status", run.path).out
    with held(run.path):
        done = benchbox("status", run.path)
    assert done.code == 0
    assert "is running: 2 of 4 estimates are scored" in done.out
    assert "process " in done.out


def test_a_run_without_scores_and_a_folder_that_is_none(run: Run, tmp_path: Path, benchbox: Command) -> None:
    for shard in (run.path / "scores").iterdir():
        shard.unlink()
    assert "No scores yet." in benchbox("status", run.path).out
    assert "is not a run folder" in benchbox("status", tmp_path).refusal
