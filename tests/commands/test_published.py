"""`benchbox leaderboard --published`: figures of others below a line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchbox.runs.folder import Run

Command = Callable[..., Any]


@pytest.mark.parametrize(("form", "line"), [("rich", "─" * 60), ("markdown", "---")])
def test_published_figures_stand_below_a_line_and_are_said_not_to_be_measured(
    form: str, line: str, run: Run, benchbox: Command
) -> None:
    plain = benchbox("leaderboard", run.path, "--format", form).out
    out = benchbox("leaderboard", run.path, "--format", form, "--published", "voicebank_demand").out
    assert out.startswith(plain)
    quoted = out[len(plain) :].strip()
    assert quoted.startswith(f"{line}\n")
    assert "Published, not measured here" in quoted
    row = next(each for each in quoted.splitlines() if "GTCRN" in each)
    assert all(figure in row for figure in ("2.87", "0.940", "18.8", "24,000", "official checkpoint"))
    assert "not stated" in quoted
    assert "2409.13285" in quoted


def test_published_figures_are_written_to_a_file(run: Run, tmp_path: Path, benchbox: Command) -> None:
    file = tmp_path / "t.md"
    assert benchbox("leaderboard", run.path, "--published", "voicebank_demand", "--output", file).code == 0
    assert "**Published, not measured here**" in file.read_text(encoding="utf-8")


def test_an_unknown_test_set_is_refused_with_the_valid_ones(run: Run, benchbox: Command) -> None:
    refusal = benchbox("leaderboard", run.path, "--published", "wsj").refusal
    assert "wsj" in refusal
    assert "voicebank_demand" in refusal


def test_formats_for_programs_refuse_published_figures(run: Run, benchbox: Command) -> None:
    refusal = benchbox("leaderboard", run.path, "--published", "voicebank_demand", "--format", "csv").refusal
    assert refusal.endswith("--published is shown in rich and markdown, not in csv: leave one out")
