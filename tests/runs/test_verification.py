"""Everything in a run folder is checked, and nothing is changed there."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
    (problem,) = examine(whole.path).problems
    assert says in problem
    assert sorted(whole.path.rglob("*")) == before


def test_what_was_looked_at_is_counted(whole: Run) -> None:
    found = examine(whole.path)
    assert found.checked == {"manifest": 1, "shards": 4, "trained systems": 0, "folders of sounds": 0}
    assert found.finished


def test_sounds_are_checked(whole: Run) -> None:
    (whole.path / "audio" / "01_white").mkdir(parents=True)
    assert "01_white/jobs.json cannot be read" in examine(whole.path).problems[0]
