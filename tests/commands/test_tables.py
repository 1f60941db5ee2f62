"""`benchbox leaderboard` and `benchbox plot` as a user meets them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchbox.runs.folder import Run

Command = Callable[..., Any]


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("t.md", "| #   | system"),
        ("t.csv", "rank,system,kind,"),
        ("t.json", '{\n  "schema": 1,'),
        ("t.tex", r"% \usepackage{booktabs}"),
        ("t.txt", "           si_sdr ↑"),
    ],
)
def test_the_suffix_of_the_output_chooses_the_format(
    name: str, starts: str, run: Run, tmp_path: Path, benchbox: Command
) -> None:
    assert benchbox("leaderboard", run.path, "--output", tmp_path / name).code == 0
    assert (tmp_path / name).read_text().startswith(starts)


def test_a_format_that_is_given_wins_over_the_suffix(run: Run, tmp_path: Path, benchbox: Command) -> None:
    assert benchbox("leaderboard", run.path, "--output", tmp_path / "t.csv", "--format", "json").code == 0
    assert json.loads((tmp_path / "t.csv").read_text())["primary"] == "si_sdr"


@pytest.mark.parametrize("name", ["t.xls", "t"])
def test_an_unknown_suffix_is_refused_with_the_known_ones(
    name: str, run: Run, tmp_path: Path, benchbox: Command
) -> None:
    refusal = benchbox("leaderboard", run.path, "--output", tmp_path / name).refusal
    known = ".csv .json .md .tex .txt"
    assert refusal.endswith(f"{name}: its suffix names no format; {known} do, or say --format")
    assert not (tmp_path / name).exists()


def test_groups_are_described_and_may_be_written_with_spaces(
    run: Run, benchbox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert "Group by noise, snr or both" in " ".join(benchbox("leaderboard", "--help").out.split())
    assert benchbox("leaderboard", run.path, "--by", "noise, snr").code == 0
    refusal = benchbox("leaderboard", run.path, "--by", "speaker").refusal
    assert refusal.endswith("--by speaker: group by noise, snr or both: noise,snr")


def test_the_first_screen_has_the_table_and_what_misleads_and_the_rest_is_behind_explain(
    run: Run, benchbox: Command
) -> None:
    (run.path / "scores" / "half-key.parquet").unlink()
    first, whole = (benchbox("leaderboard", run.path, *more).out for more in ((), ("--explain",)))
    _, _, notes = first.partition("·")
    assert len(notes.splitlines()) <= 5  # and one that says where the rest is
    assert notes.split()[0] == "UNFINISHED:"
    assert notes.rstrip().endswith("--explain")
    assert "± is the larger side" in whole
    assert "± is the larger side" not in first
    assert "--explain" not in whole


@pytest.mark.parametrize("form", ["rich", "markdown", "json", "latex"])
def test_every_format_says_that_a_run_is_unfinished_before_all_else(
    form: str, run: Run, benchbox: Command
) -> None:
    (run.path / "scores" / "half-key.parquet").unlink()
    out = " ".join(benchbox("leaderboard", run.path, "--format", form).out.split())
    before, _, _ = out.partition(
        "UNFINISHED: 2 of 4 estimates are scored: 0 of 1 conditions whole, white 5 dB"
    )
    assert before != out
    assert "Corpus" not in before


def test_csv_counts_what_a_system_lacks(run: Run, benchbox: Command) -> None:
    (run.path / "scores" / "half-key.parquet").unlink()
    lines = benchbox("leaderboard", run.path, "--format", "csv").out.splitlines()
    column = lines[0].split(",").index("n_missing")
    assert {line.split(",")[1]: line.split(",")[column] for line in lines[1:]} == {"noisy": "0", "half": "2"}


def test_recordings_without_a_clean_reference_are_drawn(
    finished: Run, tmp_path: Path, benchbox: Command
) -> None:
    run = shutil.copytree(finished.path, tmp_path / "run")
    for folder in sorted((run / "audio").glob("[!.]*/"))[1:]:
        shutil.rmtree(folder)
    next((run / "audio").glob("*/clean.wav")).unlink()
    done = benchbox("plot", run, "--what", "spectrograms")
    assert done.code == 0, done.err
    drawn = {file.stem.partition("-")[0] for file in (run / "plots").iterdir()}
    assert drawn == {"spectrograms"}


def test_plot_takes_the_width_of_a_paper(run: Run, benchbox: Command, tmp_path: Path) -> None:
    for width, points in (("column", b"252"), ("page", b"515.52"), ("80mm", b"226.77")):
        done = benchbox("plot", run.path, "--what", "curves", "--width", width, "--output", tmp_path)
        assert done.code == 0, done.err
        assert b"/MediaBox [ 0 0 " + points in (tmp_path / "curves.pdf").read_bytes()
    for width in ("wide", "10", "-3mm", "nan"):
        line = benchbox("plot", run.path, "--width", width).refusal
        assert f"--width {width!r}: wants column, page or 40 to 500 mm" in line
