"""`benchbox verify`: 0 where all is as it was written, 1 where something is damaged, and it is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchbox.cli import app
from benchbox.runs.folder import Run
from benchbox.runs.verification import examine


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)


@pytest.fixture
def whole(run: Run) -> Run:
    run.write_leaderboard()
    return run


def test_a_run_that_is_as_it_was_written_is_found_so(whole: Run) -> None:
    done = CliRunner().invoke(app, ["verify", str(whole.path)])
    assert done.exit_code == 0, done.output
    assert "1 manifest, 4 shards" in done.output
    assert "everything is as it was written" in done.output


@pytest.mark.parametrize(
    ("name", "damage", "says"),
    [
        ("scores/half-key.parquet", flip, "scores/half-key.parquet is damaged"),
        ("timings/half-key.parquet", flip, "timings/half-key.parquet is damaged"),
        ("scores/half-key.parquet", Path.unlink, "scores/half-key.parquet is gone"),
        ("leaderboard.md", flip, "leaderboard.md is not the table of these scores"),
        ("leaderboard.md", Path.unlink, "leaderboard.md is gone"),
        ("manifest.json", flip, "manifest.json is damaged"),
    ],
)
def test_what_is_damaged_or_gone_is_named(
    whole: Run, name: str, damage: Callable[[Path], None], says: str
) -> None:
    damage(whole.path / name)
    before = sorted(whole.path.rglob("*"))
    done = CliRunner().invoke(app, ["verify", str(whole.path)])
    assert done.exit_code == 1, done.output
    assert says in done.output
    assert "the same `benchbox run` makes it anew" in done.output
    assert len(examine(whole.path).problems) == 1
    assert sorted(whole.path.rglob("*")) == before


def test_sounds_are_checked(whole: Run) -> None:
    (whole.path / "audio" / "01_white").mkdir(parents=True)
    assert "01_white/jobs.json cannot be read" in examine(whole.path).problems[0]
