"""`benchbox run` as a user meets it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

PLUGINS = """
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Denoiser
from benchbox.testing import FakeCorpus

class Half(Denoiser):
    def denoise(self, noisy, sample_rate):
        return 0.5 * noisy

class Silent(Denoiser):
    def denoise(self, noisy, sample_rate):
        return 0.0 * noisy

@hookimpl
def register_denoisers(register):
    register("half", Half)
    register("silent", Silent)

@hookimpl
def register_corpora(register):
    register("fake", FakeCorpus)
"""


@pytest.mark.parametrize(
    ("denoiser", "flags", "code"),
    [("half", ["--strict"], 0), ("silent", [], 0), ("silent", ["--strict"], 1)],
)
def test_strict_fails_where_a_score_failed(
    denoiser: str,
    flags: list[str],
    code: int,
    install_plugin: Callable[[str, str], None],
    tmp_path: Path,
    benchbox: Callable[..., Any],
) -> None:
    install_plugin("fakes", PLUGINS)
    suite = ("--corpus", "fake", "--noises", "white", "--snrs=5", "--metrics", "si_sdr", "--limit", "2")
    done = benchbox(
        "run",
        "--denoisers",
        denoiser,
        *suite,
        "--examples",
        "0",
        "-j",
        "1",
        "--output",
        tmp_path / "run",
        *flags,
    )
    assert done.code == code, done.out + done.err
    assert denoiser in done.out  # the table is printed all the same
    assert ("2 of 4 scores failed (--strict)" in done.err) == (code == 1)


BROUGHT = """
import json
from halving import half
from benchbox.interfaces import TrainableDenoiser
from benchbox.testing import FakeCorpus

def denoise(noisy, sample_rate, times: int = 1):
    return half(noisy) * times

class Counting(TrainableDenoiser):
    learnt = False
    def fit(self, examples, *, rng, folder, progress):
        examples.draw(100, rng)
        self.learnt = True
    def save(self, folder): (folder / "model.json").write_text(json.dumps(self.learnt))
    def load(self, folder): self.learnt = json.loads((folder / "model.json").read_text())
    def denoise(self, noisy, sample_rate):
        assert self.learnt, "not trained"
        return noisy
"""


def test_what_lies_in_a_file_is_trained_scored_measured_and_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, benchbox: Callable[..., Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*sys.path])
    Path("brought.py").write_text(BROUGHT)
    Path("halving.py").write_text("def half(samples):\n    return samples / 2\n")
    named = "brought.py:denoise(times=3),brought.py:Counting"
    suite = ("--corpus", "brought.py:FakeCorpus", "--noises", "white", "--snrs=5", "--metrics", "nsr")
    flags = ("--limit", "2", "--examples", "1", "-j", "1", "--cost", "--strict", "--output", "run")
    done = benchbox("run", "--denoisers", named, *suite, *flags)
    assert done.code == 0, done.out + done.err
    assert "brought.py:denoise(times=3)" in Path("run/leaderboard.md").read_text()
    (system,) = Path("run/systems").iterdir()
    soundfile.write("noisy.wav", np.full(800, 0.5), 8000)
    for how in (("--system", system), ("--denoiser", "brought.py:denoise")):
        assert benchbox("denoise", "noisy.wav", "out.wav", "--force", *how).code == 0
    assert soundfile.read("out.wav")[0][400] == pytest.approx(0.25, abs=1e-3)
    again = benchbox("train", "brought.py:Counting", *suite[:4], "--output", "alone")
    assert again.code == 0, again.err


def test_a_file_that_crashes_when_it_is_imported_ends_only_its_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, benchbox: Callable[..., Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fatal.py").write_text("import os\nos._exit(7)\n")
    refusal = benchbox("run", "--denoisers", "fatal.py:denoise", "--output", "run").refusal
    assert refusal.startswith("benchbox: denoiser fatal.py:denoise cannot be used: ended its process with ")


@pytest.mark.parametrize(
    ("denoisers", "told"),
    [
        ("a=wiener,a=log_mmse", "a is the name of two systems"),
        ("a=wiener,A=log_mmse", "is the name of two systems"),
        ("my/wiener=wiener", "'my/wiener'"),
        ("../x=wiener", "'../x'"),
        ("noisy=wiener", "noisy"),
    ],
)
def test_an_alias_given_twice_or_like_a_path_is_refused_in_one_line(
    denoisers: str, told: str, benchbox: Callable[..., Any], tmp_path: Path
) -> None:
    line = benchbox("run", "--denoisers", denoisers, "--output", tmp_path / "run").refusal
    assert told in line
    assert not (tmp_path / "run").exists()
