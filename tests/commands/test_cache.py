"""`benchbox cache`: what is there, and away with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCHBOX_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_an_empty_cache_is_no_error(cache: Path, benchbox: Command) -> None:
    done = benchbox("cache", "ls")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("0 trained systems, ")
    assert str(cache) in done.out


def test_what_is_damaged_is_told_and_cleared(cache: Path, benchbox: Command) -> None:
    kept = cache / "trained_systems" / "gain-abc"
    kept.mkdir(parents=True)
    (kept / "trained.json").write_text("{")
    assert "gain-abc  damaged: it is trained again" in benchbox("cache", "ls").out
    assert benchbox("cache", "clear").out.startswith("1 trained systems deleted in ")
    assert not kept.exists()
