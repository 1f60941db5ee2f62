"""`benchbox card` and `benchbox leaderboard --badge` as a user meets them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchbox.runs.folder import Run

Command = Callable[..., Any]


def test_a_card_is_printed_or_written(run: Run, tmp_path: Path, benchbox: Command) -> None:
    assert benchbox("card", run.path, "half").out.startswith("---\ntags:")
    assert benchbox("card", run.path, "half", "--output", tmp_path / "README.md").code == 0
    assert "# half" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "no system 'hlf'; did you mean 'half'?" in benchbox("card", run.path, "hlf").refusal


def test_a_badge_is_written_beside_the_table(run: Run, tmp_path: Path, benchbox: Command) -> None:
    assert "half" in benchbox("leaderboard", run.path, "--badge", tmp_path / "badge.svg").out
    assert (tmp_path / "badge.svg").read_text(encoding="utf-8").startswith("<svg")
    assert benchbox("leaderboard", run.path, "--badge", tmp_path / "badge.json").code == 0
    assert json.loads((tmp_path / "badge.json").read_text())["message"] == "half 1.5 dB"
    assert "a badge is .svg" in benchbox("leaderboard", run.path, "--badge", tmp_path / "b.png").refusal
    refusal = benchbox("leaderboard", run.path, "--by", "noise", "--badge", tmp_path / "b.svg").refusal
    assert "leave out --by" in refusal
