"""Denoisers that are no Python, on real programs."""

import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from benchbox.errors import BadOption, BadPlugin
from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec
from benchbox.synthetic import speech_like
from benchbox.testing import DenoiserContract

PROGRAM = """
import sys, time
import numpy as np, soundfile
source, target, *what = sys.argv[1:]
if what == ["fail"]:
    sys.exit("first\\nno model was found")
if what == ["sleep"]:
    time.sleep(60)
if what == ["nothing"]:
    sys.exit()
if source.endswith(".raw"):
    samples = np.fromfile(source, "<i2")
    (samples // 2).tofile(target)
    sys.exit()
samples, rate = soundfile.read(source, dtype="float32")
kind = soundfile.info(source).subtype
if what == ["late"]:  # in whole frames of 80 samples, 100 samples late
    samples = np.concatenate([np.zeros(100), samples])[: len(samples) // 80 * 80]
if what == ["rate"]:
    rate *= 2
if what == ["short"]:
    samples = samples[: len(samples) // 2]
soundfile.write(target, samples / 2, rate, subtype=kind)
"""


@pytest.fixture
def program(tmp_path: Path) -> str:
    (tmp_path / "program.py").write_text(PROGRAM)
    return f"{sys.executable} {tmp_path}/program.py {{in}} {{out}}"


@pytest.fixture
def noisy() -> Samples:
    return speech_like(8000, np.random.default_rng(0))


def made(run: str, **options: object) -> Denoiser:
    written = "".join(f", {name}={value}" for name, value in options.items())
    return build(Denoiser, parse_spec(f'command(run="{run}"{written})'), discover())


class TestCommand(DenoiserContract):
    def make(self) -> Denoiser:
        return made(f"{sys.executable} -c 'import shutil,sys; shutil.copy(*sys.argv[1:])' {{in}} {{out}}")


@pytest.mark.parametrize(("form", "exact"), [("float", 1e-7), ("int16", 1e-4), ("raw", 1e-4)])
def test_a_program_gets_and_gives_files(program: str, noisy: Samples, form: str, exact: float) -> None:
    np.testing.assert_allclose(made(program, format=form).denoise(noisy, 8000), noisy / 2, atol=exact)


def test_the_declared_delay_is_taken_off(program: str, noisy: Samples) -> None:
    estimate = made(f"{program} late", delay=100).denoise(noisy, 8000)
    # The program leaves out what fills no frame: 20 of 8100 samples.
    np.testing.assert_allclose(estimate[:7980], noisy[:7980] / 2, atol=1e-7)
    assert not estimate[7980:].any()


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("fail", "ended with exit code 1: no model was found"),
        ("sleep", "took more than 2 s"),
        ("nothing", "wrote nothing to {out}"),
        ("rate", "wrote 16000 Hz, and was given 8000 Hz"),
        ("short", "wrote 4000 samples for 8000"),
    ],
)
def test_what_a_program_does_wrong_is_the_reason(program: str, noisy: Samples, what: str, says: str) -> None:
    limit = 2 if what == "sleep" else 60
    with pytest.raises(BadPlugin) as refused:
        made(f"{program} {what}", timeout=limit).denoise(noisy, 8000)
    assert says in str(refused.value)


def test_a_command_that_cannot_work_is_refused_before_it_runs() -> None:
    with pytest.raises(BadOption, match=r"it lacks \{out\}"):
        made("cp {in}")
    with pytest.raises(BadOption, match="no program 'no-such-tool' can be run"):
        made("no-such-tool {in} {out}")


def test_a_script_that_changes_is_another_system(program: str, tmp_path: Path) -> None:
    before = made(program).fingerprint()
    assert made(program, timeout=3).fingerprint() == before
    (tmp_path / "program.py").write_text(PROGRAM.replace("/ 2", "/ 3"))
    assert made(program).fingerprint() != before


def test_a_file_that_is_given_as_the_value_of_a_flag_counts(program: str, tmp_path: Path) -> None:
    (tmp_path / "weights").write_text("1")
    command = f"{program} --model={tmp_path}/weights"
    before = made(command).fingerprint()
    (tmp_path / "weights").write_text("2")
    assert made(command).fingerprint() != before


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_what_a_program_started_ends_with_it_when_it_takes_too_long(tmp_path: Path, noisy: Samples) -> None:
    (tmp_path / "tool").write_text(f'#!/bin/sh\nsleep 600 &\necho $! > "{tmp_path}/child"\nwait\n')
    (tmp_path / "tool").chmod(0o755)
    with pytest.raises(BadPlugin, match="took more than 5 s"):
        made(f"{tmp_path}/tool {{in}} {{out}}", timeout=5).denoise(noisy, 8000)
    with suppress(psutil.NoSuchProcess):
        child = psutil.Process(int((tmp_path / "child").read_text()))
        # Whoever adopts it has yet to ask how it ended.
        assert child.status() == psutil.STATUS_ZOMBIE or child.wait(10) is None


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_a_program_may_lie_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noisy: Samples
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tool").write_text('#!/bin/sh\ncp "$1" "$2"\n')
    Path("tool").chmod(0o755)
    np.testing.assert_array_equal(made("./tool {in} {out}").denoise(noisy, 8000), noisy)
