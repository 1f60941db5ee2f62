"""`benchbox denoise` as a user meets it."""

import io
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from benchbox.audio import resample
from benchbox.denoising.files import BLOCK_SECONDS, DEFAULT, OVERLAP_SECONDS
from benchbox.synthetic import speech_like

Command = Callable[..., Any]

DENOISER = ("--denoiser", "log_mmse")


@pytest.fixture
def noisy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of speech and noise, in a folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    samples = speech_like(3 * 16000, rng, 16000) + rng.normal(0, 0.02, 3 * 16000)
    soundfile.write("noisy.wav", samples, 16000)
    return Path("noisy.wav")


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples)) + 1e-12))


def test_a_file_is_denoised(benchbox: Command, noisy: Path) -> None:
    done = benchbox("denoise", noisy, "clean.wav", *DENOISER)
    assert done.code == 0, done.err
    assert "1 of 1 denoised to clean.wav: 3.0 s of audio" in done.out
    assert "seconds denoised" in done.err
    before, after = soundfile.read(noisy)[0], soundfile.read("clean.wav")[0]
    clean = speech_like(3 * 16000, np.random.default_rng(0), 16000)
    assert level_db(after - clean) < level_db(before - clean) - 5
    assert level_db(after) == pytest.approx(level_db(clean), abs=1)


def test_help_says_how_long_files_are_cut_up(benchbox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = benchbox("denoise", "--help").out
    assert f"blocks of {BLOCK_SECONDS:g} s that overlap by {OVERLAP_SECONDS:g} s" in text


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("suffix", "subtype", "sample_rate"),
    [
        (".wav", "PCM_16", 8000),
        (".wav", "FLOAT", 44100),
        (".wav", "PCM_24", 48000),
        (".flac", "PCM_24", 22050),
        (".ogg", "VORBIS", 32000),
    ],
)
def test_rate_length_channels_and_encoding_stay(
    benchbox: Command, noisy: Path, suffix: str, subtype: str, sample_rate: int, channels: int
) -> None:
    samples = resample(soundfile.read(noisy, dtype="float32")[0], 16000, sample_rate)
    source = f"in{suffix}"
    soundfile.write(source, np.stack([samples] * channels, axis=1), sample_rate, subtype=subtype)
    assert benchbox("denoise", source, f"out{suffix}", *DENOISER).code == 0
    before, after = soundfile.info(source), soundfile.info(f"out{suffix}")
    for fact in ("samplerate", "frames", "channels", "format", "subtype"):
        assert getattr(after, fact) == getattr(before, fact)


def test_a_folder_is_denoised_into_a_folder_that_is_made(benchbox: Command, noisy: Path) -> None:
    Path("in/deep").mkdir(parents=True)
    for name in ("in/a.wav", "in/deep/b.wav"):
        Path(name).write_bytes(noisy.read_bytes())
    done = benchbox("denoise", "in", "new/out", *DENOISER)
    assert done.code == 0, done.err
    assert "2 of 2 denoised to new/out" in done.out
    assert Path("new/out/a.wav").read_bytes() == Path("new/out/deep/b.wav").read_bytes()
    assert benchbox("denoise", "in/**/*.wav", "again", *DENOISER).code == 0
    assert Path("again/deep/b.wav").read_bytes() == Path("new/out/deep/b.wav").read_bytes()


def test_nothing_is_overwritten_without_force(benchbox: Command, noisy: Path) -> None:
    Path("clean.wav").write_text("precious")
    assert "clean.wav exists: --force overwrites" in benchbox("denoise", noisy, "clean.wav").refusal
    assert Path("clean.wav").read_text() == "precious"
    assert benchbox("denoise", noisy, "clean.wav", *DENOISER, "--force").code == 0
    assert soundfile.info("clean.wav").frames == 48000


def test_an_input_is_not_overwritten_even_with_force(benchbox: Command, noisy: Path) -> None:
    before = noisy.read_bytes()
    line = benchbox("denoise", noisy, noisy, *DENOISER, "--force").refusal
    assert "inputs are never overwritten" in line
    assert noisy.read_bytes() == before


def test_a_bad_file_of_a_batch_is_named_at_the_end_and_exits_1(benchbox: Command, noisy: Path) -> None:
    Path("text.wav").write_text("no audio")
    soundfile.write("high.wav", np.zeros(100), 96000)
    soundfile.write("nan.wav", np.full(16000, np.nan), 16000, subtype="FLOAT")
    done = benchbox("denoise", "*.wav", "out", *DENOISER)
    assert done.code == 1
    assert [path.name for path in Path("out").iterdir()] == ["noisy.wav"]
    assert "1 of 4 denoised to out" in done.out
    failures = [line for line in done.err.splitlines() if line.startswith("failed: ")]
    assert sorted(line.split()[1] for line in failures) == ["high.wav", "nan.wav", "text.wav"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.wav", "out.wav"), "missing.wav does not exist"),
        (("*.ogg", "out"), "no audio file matches '*.ogg'"),
        (("noisy.wav", "out.mp3"), "unsupported suffix '.mp3'; valid: .flac, .ogg, .wav"),
        (("high.wav", "out.wav"), "96000 Hz, valid: 8000 to 48000"),
        (("empty.wav", "out.wav"), "empty.wav holds no audio"),
        (("nan.wav", "out.wav"), "nan.wav holds NaN or infinity (first at sample 0)"),
        (("text.wav", "out.wav"), "text.wav cannot be decoded"),
        (("noisy.wav", "out.wav", "--denoiser", "log_mse"), "did you mean 'log_mmse'?"),
        (("noisy.wav", "out.wav", "--denoiser", "unet"), "unet has learnt nothing yet"),
        (("noisy.wav", "out.wav", "--denoiser", "oracle_mask"), "must see the clean speech"),
        (("noisy.wav", "out.wav", "--system", "."), "holds no trained system"),
        (("noisy.wav", "out.wav", *DENOISER, "--system", "."), "exclude each other"),
    ],
)
def test_user_errors_are_one_line_and_exit_2(
    benchbox: Command, noisy: Path, arguments: tuple[str, ...], message: str
) -> None:
    soundfile.write("high.wav", np.zeros(100), 96000)
    soundfile.write("empty.wav", np.zeros(0), 16000)
    soundfile.write("nan.wav", np.full(16000, np.nan), 16000, subtype="FLOAT")
    Path("text.wav").write_text("no audio")
    if not arguments[2:]:
        arguments += DENOISER
    done = benchbox("denoise", *arguments)
    assert done.code == 2
    [line] = [line for line in done.err.splitlines() if line.startswith("benchbox: ")]
    assert message in line
    assert not Path("out.wav").exists()
    assert not Path("out").exists()


def test_clipping_is_said(benchbox: Command, noisy: Path, install_plugin: Callable[[str, str], None]) -> None:
    install_plugin(
        "louder",
        "from benchbox.hookspecs import hookimpl\n"
        "from benchbox.interfaces import Denoiser\n"
        "class Louder(Denoiser):\n"
        "    def denoise(self, noisy, sample_rate): return 50 * noisy\n"
        "@hookimpl\n"
        "def register_denoisers(register): register('louder', Louder)\n",
    )
    done = benchbox("denoise", noisy, "out.wav", "--denoiser", "louder")
    assert done.code == 0
    assert "warning: out.wav: " in done.err
    assert "samples were clipped at full scale" in done.err


def test_an_interrupt_leaves_no_half_file(
    benchbox: Command, noisy: Path, install_plugin: Callable[[str, str], None]
) -> None:
    install_plugin(
        "interrupts",
        "from benchbox.hookspecs import hookimpl\n"
        "from benchbox.interfaces import Denoiser\n"
        "class Interrupts(Denoiser):\n"
        "    def denoise(self, noisy, sample_rate): raise KeyboardInterrupt\n"
        "@hookimpl\n"
        "def register_denoisers(register): register('interrupts', Interrupts)\n",
    )
    done = benchbox("denoise", noisy, "out.wav", "--denoiser", "interrupts")
    assert done.code == 130
    assert "outputs that are there are whole" in done.err
    assert {path.name for path in Path().iterdir()} == {"noisy.wav", "site-interrupts"}


def test_help_states_the_default(benchbox: Command) -> None:
    text = " ".join(benchbox("denoise", "--help").out.replace("│", " ").split())
    assert f"if not given, {DEFAULT}".replace('"', "") in text
    assert "neither cut nor left noisy" in text


@pytest.mark.skipif(find_spec("webrtc_noise_gain") is None, reason="webrtc_noise_gain is not installed")
def test_live_audio_goes_from_stdin_to_stdout(noisy: Path) -> None:
    command = [sys.executable, "-m", "benchbox", "denoise", "--stream", "--denoiser", "webrtc", "-", "-"]
    done = subprocess.run(command, input=noisy.read_bytes(), capture_output=True, check=True)
    at_once, _ = soundfile.read(io.BytesIO(done.stdout), dtype="float32")
    assert at_once.size == 3 * 16000
    assert level_db(at_once) < level_db(soundfile.read(noisy)[0])

    raw = soundfile.read(noisy, dtype="int16")[0].tobytes()
    done = subprocess.run([*command, "--raw-rate", "16000"], input=raw, capture_output=True, check=True)
    np.testing.assert_array_equal(np.frombuffer(done.stdout, "<i2"), np.rint(at_once * 32768))


def test_live_audio_is_one_input_and_a_denoiser_that_streams(noisy: Path, benchbox: Command) -> None:
    result = benchbox("denoise", "--stream", *DENOISER, noisy, "clean.wav")
    assert result.code == 2
    assert "no live audio at 16000 Hz" in result.err
    assert not Path("clean.wav").exists()
    result = benchbox("denoise", "--stream", *DENOISER, noisy, noisy, "clean2.wav")
    assert result.code == 2
    assert "takes one INPUT" in result.err


@pytest.mark.skipif(find_spec("webrtc_noise_gain") is None, reason="webrtc_noise_gain is not installed")
def test_live_audio_never_overwrites_its_input(noisy: Path, benchbox: Command) -> None:
    before = noisy.read_bytes()
    Path("link.wav").symlink_to(noisy)
    for output in (noisy, Path("link.wav"), Path(noisy.parent, ".", noisy.name)):
        result = benchbox("denoise", "--stream", "--force", "--denoiser", "webrtc", noisy, output)
        assert "is the input, which is never overwritten" in result.refusal
        assert noisy.read_bytes() == before


def test_strength_and_attenuation_limit_mix_the_input_back(benchbox: Command, noisy: Path) -> None:
    for name, options in {
        "full": [],
        "half": ["--strength", "0.5"],
        "none": ["--strength", "0"],
        "limit": ["--attenuation-limit", "20"],
        "nothing": ["--attenuation-limit", "0"],
    }.items():
        assert benchbox("denoise", noisy, f"{name}.wav", *DENOISER, *options).code == 0
    before, full = soundfile.read(noisy)[0], soundfile.read("full.wav")[0]
    step = 2 / 32768
    assert soundfile.read("half.wav")[0] == pytest.approx((before + full) / 2, abs=step)
    assert soundfile.read("limit.wav")[0] == pytest.approx(0.9 * full + 0.1 * before, abs=step)
    for name in ("none", "nothing"):
        assert soundfile.read(f"{name}.wav")[0] == pytest.approx(before, abs=step)


def test_mp3_becomes_wav(benchbox: Command, noisy: Path) -> None:
    Path("in").mkdir()
    samples, rate = soundfile.read(noisy)
    soundfile.write("in/talk.mp3", samples, rate, format="MP3")
    assert benchbox("denoise", "in", "out", *DENOISER).code == 0
    assert benchbox("denoise", "in/talk.mp3", "alone.flac", *DENOISER).code == 0
    frames = soundfile.info("in/talk.mp3").frames
    for file in ("out/talk.wav", "alone.flac"):
        assert soundfile.info(file).frames == frames
        assert soundfile.info(file).subtype == "PCM_16"
    assert "unsupported suffix '.mp3'" in benchbox("denoise", noisy, "out.mp3", *DENOISER).refusal
    soundfile.write("in/talk.wav", samples, rate)
    assert "would both become" in benchbox("denoise", "in", "other", *DENOISER).refusal


def test_a_folders_end_names_what_was_not_touched(benchbox: Command, noisy: Path) -> None:
    Path("in/deep").mkdir(parents=True)
    noisy.rename("in/a.wav")
    for name in ("notes.txt", "deep/talk.m4a", ".hidden"):
        Path("in", name).write_text("x")
    done = benchbox("denoise", "in", "in/out", *DENOISER)
    assert "not touched, 2 files that are no audio it takes: in/deep/talk.m4a, in/notes.txt" in done.out
    again = benchbox("denoise", "in", "in/out", *DENOISER, "--force")
    assert "not touched, 2 files" in again.out
    Path("in/notes.txt").unlink()
    Path("in/deep/talk.m4a").unlink()
    assert "not touched" not in benchbox("denoise", "in", "in/out", *DENOISER, "--force").out


def test_stdin_and_stdout_give_what_files_give(benchbox: Command, noisy: Path) -> None:
    assert benchbox("denoise", noisy, "file.wav", *DENOISER).code == 0
    command = [sys.executable, "-m", "benchbox", "denoise", "-", "-", *DENOISER]
    done = subprocess.run(command, input=noisy.read_bytes(), capture_output=True, check=True)
    assert done.stdout == Path("file.wav").read_bytes()
    assert b"1 of 1 denoised to -" in done.stderr
    broken = subprocess.run(command, input=b"no sound", capture_output=True, check=False)
    assert (broken.returncode, broken.stdout) == (2, b"")
    assert b"stdin" in broken.stderr.splitlines()[-1]
    assert b"/tmp" not in broken.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-", "noisy.wav", "-"], "- stands for one sound: name one INPUT, not 2"),
        ([".", "-"], "- stands for one sound, and . is no file"),
        (["noisy.wav", "-", "--stream", "--strength", "0.5"], "are not for --stream"),
        (["noisy.wav", "-", "--raw-rate", "16000"], "--raw-rate 16000 is for --stream"),
    ],
)
def test_a_pipe_that_cannot_be_is_refused(
    benchbox: Command, noisy: Path, arguments: list[str], says: str
) -> None:
    assert says in benchbox("denoise", *arguments, *DENOISER).refusal
