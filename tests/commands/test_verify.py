"""`benchbox verify`: 0 where all is as it was written, 1 where something is damaged, and it is named."""

from collections.abc import Callable
from typing import Any

from benchbox.runs.folder import Run


def test_a_run_that_is_as_it_was_written_is_found_so(run: Run, benchbox: Callable[..., Any]) -> None:
    run.write_leaderboard()
    done = benchbox("verify", run.path)
    assert done.code == 0, done.err
    assert "1 manifest, 4 shards" in done.out
    assert "everything is as it was written" in done.out


def test_a_run_that_lacks_something_is_told_how_it_is_made_anew(
    run: Run, benchbox: Callable[..., Any]
) -> None:
    run.write_leaderboard()
    (run.path / "scores" / "half-key.parquet").unlink()
    done = benchbox("verify", run.path)
    assert done.code == 1, done.err
    assert "scores/half-key.parquet is gone" in done.out
    assert "the same `benchbox run` makes it anew" in done.out
