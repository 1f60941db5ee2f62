"""`benchbox listen` as a user meets it, but for the browser's side (tests/listening)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchbox.listening.choices import Kind, read_choices
from benchbox.runs.folder import Run

Command = Callable[..., Any]


def test_what_cannot_be_asked_is_refused_in_one_line(run: Run, finished: Run, benchbox: Command) -> None:
    assert "kept no sounds with a clean reference" in benchbox("listen", run.path).refusal
    refusal = benchbox("listen", finished.path, "--repeats", 2).refusal
    assert "--repeats belongs to --test abx and preference" in refusal
    refusal = benchbox("listen", finished.path, "--test", "abx", "--systems", "wiener").refusal
    assert "there are no two systems to compare" in refusal
    assert "no system 'winer'" in benchbox("listen", finished.path, "--systems", "winer").refusal
    assert benchbox("listen", finished.path, "--test", "mos").code == 2


def test_a_test_goes_out_as_files_and_its_answers_come_back(
    copied: Run, tmp_path: Path, benchbox: Command
) -> None:
    site, arguments = tmp_path / "site", ("--test", "abx", "--systems", "wiener;log_mmse")
    out = benchbox("listen", copied.path, *arguments, "--export", site).out
    assert out.startswith(f"{site}/index.html: 0.")
    assert "there is something in it" in benchbox("listen", copied.path, "--export", site).refusal
    told = json.loads((site / "test.json").read_text())
    answers = [
        {"question": each["id"], "said": each["signals"][0], "x": each["signals"][1]}
        for each in told["questions"]
    ]
    content = {"benchbox": "answers", "test": told["test"], "listener": "ann", "answers": answers}
    sent = tmp_path / "sent"
    sent.mkdir()
    (sent / "ann.json").write_text(json.dumps(content))
    (sent / "bad.json").write_text("{")
    done = benchbox("listen", copied.path, "--import", sent)
    assert done.out == f"{sent}/ann.json: 2 answers of ann\n"
    assert done.refusal.startswith(f"benchbox: {sent}/bad.json: is no JSON")
    done = benchbox("listen", copied.path, "--import", sent / "ann.json")
    assert (done.code, done.out) == (0, f"{sent}/ann.json: 2 answers of ann, 2 of them kept before\n")
    assert len(read_choices(copied.path / "listening", Kind.abx)) == 2
    refusal = benchbox("listen", copied.path, "--import", sent / "none.json").refusal
    assert "none.json: cannot be read: No such file" in refusal
    assert "no .json is in it" in benchbox("listen", copied.path, "--import", site / "sounds").refusal
