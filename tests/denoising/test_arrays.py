"""`benchbox.denoise` gives what the command gives."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import benchbox
from benchbox.denoising.blocks import inspect
from benchbox.denoising.files import denoise_file, denoiser_for
from benchbox.errors import BadAudio, BadOption, UnknownName
from benchbox.registry.discovery import discover
from benchbox.registry.specs import parse_spec
from benchbox.synthetic import speech_like


def noisy(seconds: float, rate: int = 16000) -> np.ndarray:
    rng = np.random.default_rng(0)
    length = round(seconds * rate)
    return (speech_like(length, rng, rate) + rng.normal(0, 0.02, length)).astype(np.float32)


@pytest.mark.parametrize(("seconds", "channels"), [(1.5, 1), (1.5, 2), (70, 1)])
def test_samples_are_denoised_as_a_file_is(tmp_path: Path, seconds: float, channels: int) -> None:
    samples = np.stack([noisy(seconds, 8000) * (1 + number) for number in range(channels)])
    source, target = tmp_path / "in.wav", tmp_path / "out.wav"
    soundfile.write(source, samples.T, 8000, subtype="FLOAT")
    denoise_file(denoiser_for(parse_spec("spectral_sub"), discover()), inspect(source), target)
    given = samples[0] if channels == 1 else samples
    estimate = benchbox.denoise(given, 8000, denoiser="spectral_sub")
    assert estimate.shape == given.shape
    assert estimate.dtype == np.float32
    assert np.array_equal(
        np.atleast_2d(estimate).T, soundfile.read(target, dtype="float32", always_2d=True)[0]
    )


def test_the_default_denoises_speech_and_leaves_its_input_alone() -> None:
    samples = noisy(2)
    before = samples.copy()
    clean = speech_like(len(samples), np.random.default_rng(0), 16000)
    error = np.mean((benchbox.denoise(samples, 16000) - clean) ** 2)
    assert error < 0.5 * np.mean((samples - clean) ** 2)
    assert np.array_equal(samples, before)


def test_strength_and_limit_are_shares_of_the_input() -> None:
    samples = noisy(1)
    full = benchbox.denoise(samples, 16000, denoiser="wiener")
    half = benchbox.denoise(samples, 16000, denoiser="wiener", strength=0.5)
    limited = benchbox.denoise(samples, 16000, denoiser="wiener", attenuation_limit=20)
    assert half == pytest.approx((full + samples) / 2, abs=1e-6)
    assert limited == pytest.approx(0.9 * full + 0.1 * samples, abs=1e-6)


def test_nothing_gives_nothing() -> None:
    assert benchbox.denoise(np.zeros(0, np.float32), 16000, denoiser="wiener").shape == (0,)


@pytest.mark.parametrize(
    ("samples", "options", "error", "says"),
    [
        (np.zeros(9, np.int16), {}, BadAudio, "samples are int16: floats"),
        (np.zeros((900, 2)), {}, BadAudio, r"shape \(900, 2\): wants .* transpose"),
        (np.zeros((1, 1, 9)), {}, BadAudio, "shape"),
        (np.full(9, np.nan), {}, BadAudio, "NaN or infinity"),
        (np.zeros(9), {"sample_rate": 4000}, BadAudio, "sample_rate = 4000: wants 8000 to 48000"),
        (np.zeros(9), {"strength": 1.5}, BadOption, "strength = 1.5: from 0"),
        (np.zeros(9), {"attenuation_limit": -1}, BadOption, "attenuation_limit = -1: dB"),
        (np.zeros(9), {"denoiser": "wienr"}, UnknownName, "did you mean 'wiener'"),
        (np.zeros(9), {"denoiser": "oracle_mask"}, BadOption, "must see the clean speech"),
    ],
)
def test_what_cannot_be_denoised_is_refused_in_one_line(
    samples: np.ndarray, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    given = {"sample_rate": 16000, "denoiser": "wiener", **options}
    with pytest.raises(error, match=says) as refused:
        benchbox.denoise(samples, **given)
    assert len(str(refused.value).splitlines()) == 1
