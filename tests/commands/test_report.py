"""`benchbox report` as a user meets it."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile

from benchbox.records import Evaluation, Score
from benchbox.runs.folder import Run
from benchbox.runs.manifest import Manifest

Command = Callable[..., Any]


def scored(run: Run, system: str, clips: int, value: float | None, reason: str | None = None) -> None:
    """Write other scores in place of a system's."""
    rows = [
        Score(
            system, "white", 5.0, f"u{clip}", f"r{clip}", None, f"m{clip}", "si_sdr", value,
            "ok" if reason is None else "unscorable", reason, 5.0, 4.0, 0.0, 0.0, 1.0,
        )
        for clip in range(clips)
    ]  # fmt: skip
    run.write(Evaluation(f"{system}-key", rows, []))


def data_of(page: Path) -> dict[str, Any]:
    text = page.read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(
        text.partition('<script type="application/json" id="data">')[2].partition("</script>")[0]
    )
    return content


def test_a_run_without_sounds_is_a_page_beside_it(run: Run, benchbox: Command) -> None:
    done = benchbox("report", run.path)
    assert done.code == 0, done.err
    assert done.out.startswith(f"{run.path}/report.html: 0.")
    text = (run.path / "report.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert '"clips":[]' in text


def test_output_names_the_page_and_a_folder_is_refused(run: Run, tmp_path: Path, benchbox: Command) -> None:
    page = tmp_path / "new" / "page.html"
    assert benchbox("report", run.path, "--output", page).code == 0
    assert page.is_file()
    assert "name a file to write" in benchbox("report", run.path, "--output", tmp_path).refusal


def test_what_is_no_run_and_two_runs_that_do_not_compare_are_refused_in_one_line(
    run: Run, manifest: Manifest, tmp_path: Path, benchbox: Command
) -> None:
    assert "is not a run folder" in benchbox("report", tmp_path / "none").refusal
    other = Run(tmp_path / "other")
    for system in manifest.systems:
        scored(other, system, 2, 1.0)
    other.write_manifest(replace(manifest, identities={"si_sdr": {"library": "benchbox", "version": "2"}}))
    refusal = benchbox("report", run.path, other.path).refusal
    assert "si_sdr is not the same measure in both" in refusal
    assert benchbox("report", run.path, other.path, "--force").code == 0


def test_one_clip_has_means_without_intervals(run: Run, benchbox: Command) -> None:
    for system in ("noisy", "half"):
        scored(run, system, 1, 2.5)
    assert benchbox("report", run.path).code == 0
    assert data_of(run.path / "report.html")["views"][0]["cells"]["si_sdr"][0][:3] == [2.5, None, None]


@pytest.mark.parametrize("systems", [("half",), ("half", "noisy")])
def test_a_system_that_failed_everything_is_told_with_its_reason(
    systems: tuple[str, ...], run: Run, benchbox: Command
) -> None:
    for system in systems:
        scored(run, system, 2, None, "estimate is <silent>")
    assert benchbox("report", run.path).code == 0
    data = data_of(run.path / "report.html")
    assert ["half", "estimate is <silent>", "unscorable", 2, "si_sdr"] in data["failures"]["reasons"]


def test_what_is_not_finite_is_left_out(run: Run, benchbox: Command) -> None:
    scored(run, "half", 2, float("nan"))
    assert benchbox("report", run.path).code == 0
    assert data_of(run.path / "report.html")["values"]["si_sdr"][1] == [None, None]


def test_a_damaged_training_curve_hides_nothing_else(run: Run, manifest: Manifest, benchbox: Command) -> None:
    facts = replace(manifest.systems["half"], trainable=True, folder="half-1")
    run.write_manifest(replace(manifest, systems={**manifest.systems, "half": facts}))
    folder = run.systems_folder / "half-1"
    folder.mkdir(parents=True)
    pd.DataFrame({"step": [1, 2], "loss": [1.0, float("inf")]}).to_csv(folder / "curve.csv", index=False)
    assert benchbox("report", run.path).code == 0
    assert data_of(run.path / "report.html")["training"][0]["columns"] == {"step": [1, 2], "loss": [1, None]}
    (folder / "curve.csv").write_text("rubbish")
    assert benchbox("report", run.path).code == 0
    assert data_of(run.path / "report.html")["training"] == []


def test_a_watched_page_is_written_again_until_the_run_is_finished(
    run: Run, manifest: Manifest, tmp_path: Path
) -> None:
    shard = run.path / "scores" / "half-key.parquet"
    kept = shard.read_bytes()
    shard.unlink()
    run.write_manifest(replace(manifest, finished=False))
    command = [sys.executable, "-m", "benchbox", "report", str(run.path), "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout
        assert "report.html" in watching.stdout.readline()
        page = run.path / "report.html"
        text = page.read_text(encoding="utf-8")
        assert 'http-equiv="refresh"' in text
        assert "UNFINISHED: 2 of 4" in text
        shard.write_bytes(kept)
        run.write_manifest(manifest)
        assert "report.html" in watching.stdout.readline()
    assert watching.returncode == 0
    text = page.read_text(encoding="utf-8")
    assert 'http-equiv="refresh"' not in text
    assert "UNFINISHED" not in text


def test_the_sounds_lie_beside_the_page_as_wav_where_they_are_asked_for(
    copied: Run, tmp_path: Path, benchbox: Command
) -> None:
    assert benchbox("report", copied.path, "--wav", "--output", tmp_path / "a page#.html").code == 0
    text = (tmp_path / "a page#.html").read_text(encoding="utf-8")
    sounds = json.loads(text.partition('id="sounds">')[2].partition("</script>")[0])
    files = [track["file"] for clip in sounds["clips"] for track in clip["tracks"]]
    assert len(files) == 2 * 7
    for clip, folder in zip(sounds["clips"], sorted(copied.audio_folder.glob("[!.]*/")), strict=True):
        for track in clip["tracks"]:
            assert track["file"].startswith("a page#_sounds/0")
            written, rate = soundfile.read(tmp_path / track["file"])
            kept, kept_rate = soundfile.read(folder / f"{track['label']}.wav")
            assert rate == kept_rate
            np.testing.assert_array_equal(written, kept)
    assert benchbox("report", copied.path, "--output", tmp_path / "bare.html").code == 0
    assert not (tmp_path / "bare_sounds").exists()
    assert '"file":null' in (tmp_path / "bare.html").read_text(encoding="utf-8")
