"""The classic denoisers against their formulas, and against noise whose power is known."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import scipy.integrate
import soundfile
from benchbox_spectral.decision_directed import DecisionDirected
from benchbox_spectral.log_mmse import LogMmse, log_amplitude_gain
from benchbox_spectral.noise import NoiseTracker, track_noise
from benchbox_spectral.spectral_sub import SpectralSub
from benchbox_spectral.wiener import Wiener

from benchbox.interfaces import Denoiser
from benchbox.mixing import mix, rms_level_db
from benchbox.records import Samples
from benchbox.synthetic import speech_like
from benchbox.testing import DenoiserContract

RATE = 8000
REAL_SPEECH = Path(__file__).parents[3] / "shared" / "audio" / "speech" / "test"
FRAME_SECONDS = 0.008


class TestSpectralSub(DenoiserContract):
    spec = "spectral_sub"


class TestBoll(DenoiserContract):
    spec = "spectral_sub(exponent=1, over=1, floor=0)"


class TestWiener(DenoiserContract):
    spec = "wiener"


class TestLogMmse(DenoiserContract):
    spec = "log_mmse"


class TestLiveSpectralSub(DenoiserContract):
    spec = "spectral_sub(live=true)"


class TestLiveWiener(DenoiserContract):
    spec = "wiener(live=true)"


class TestLiveLogMmse(DenoiserContract):
    spec = "log_mmse(live=true)"


ALL = [SpectralSub, Wiener, LogMmse]
every_denoiser = pytest.mark.parametrize(
    "denoiser", [make() for make in ALL], ids=[make.__name__ for make in ALL]
)
every_live_one = pytest.mark.parametrize(
    "denoiser", [make(live=True) for make in ALL], ids=[make.__name__ for make in ALL]
)


def si_sdr_db(clean: Samples, estimate: Samples) -> float:
    target = (estimate @ clean) / (clean @ clean) * clean
    return rms_level_db(target) - rms_level_db(estimate - target)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


# ---------------------------------------------------------------------------------------------- denoisers


@every_denoiser
@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
def test_noise_is_reduced_at_any_rate(denoiser: Denoiser, rate: int, rng: np.random.Generator) -> None:
    clean = speech_like(3 * rate, rng, rate)
    noisy = mix(clean, rng.standard_normal(clean.size).astype(np.float32), rate, 5, "rms").noisy
    estimate = denoiser.denoise(noisy, rate)
    assert si_sdr_db(clean, estimate) > 5 + 4


@every_denoiser
def test_noise_alone_nearly_vanishes(denoiser: Denoiser, rng: np.random.Generator) -> None:
    noise = rng.normal(0, 0.1, 4 * RATE).astype(np.float32)
    reduced_db = rms_level_db(denoiser.denoise(noise, RATE)) - rms_level_db(noise)
    assert reduced_db < -12


@every_denoiser
def test_clean_speech_passes(denoiser: Denoiser, rng: np.random.Generator) -> None:
    clean = speech_like(3 * RATE, rng)
    clean += rng.normal(0, 1e-4, clean.size).astype(np.float32)
    assert si_sdr_db(clean, denoiser.denoise(clean, RATE)) > 20


@every_denoiser
def test_the_estimate_follows_the_gain_of_the_input(denoiser: Denoiser, rng: np.random.Generator) -> None:
    noisy = speech_like(RATE, rng) + rng.normal(0, 0.02, RATE).astype(np.float32)
    once = denoiser.denoise(noisy, RATE)
    for gain in (1e-6, 8.0):
        scaled = denoiser.denoise(np.float32(gain) * noisy, RATE)
        np.testing.assert_allclose(scaled / gain, once, atol=1e-5)


@every_denoiser
def test_silence_gives_silence(denoiser: Denoiser) -> None:
    np.testing.assert_array_equal(denoiser.denoise(np.zeros(5000, np.float32), RATE), 0)


@every_denoiser
def test_digital_silence_inside_a_clip_neither_breaks_nor_misleads(
    denoiser: Denoiser, rng: np.random.Generator
) -> None:
    clean = speech_like(3 * RATE, rng)
    noisy = mix(clean, rng.standard_normal(clean.size).astype(np.float32), RATE, 5, "rms").noisy
    gap = np.zeros(2 * RATE, np.float32)
    with_gap = denoiser.denoise(np.concatenate([gap, noisy, gap, noisy]), RATE)
    assert np.isfinite(with_gap).all()
    for start in (2 * RATE, 7 * RATE):
        assert si_sdr_db(clean, with_gap[start : start + clean.size]) > 9


@pytest.mark.skipif(not REAL_SPEECH.is_dir(), reason="../shared/audio is not here")
@every_denoiser
def test_real_speech_in_white_noise_gains_several_db(denoiser: Denoiser, rng: np.random.Generator) -> None:
    gains = []
    for file in sorted(REAL_SPEECH.glob("*.flac"))[:3]:
        clean, rate = soundfile.read(file, dtype="float32", frames=5 * RATE)
        noisy = mix(clean, rng.standard_normal(clean.size).astype(np.float32), rate, 5, "rms").noisy
        gains.append(si_sdr_db(clean, denoiser.denoise(noisy, rate)) - 5)
    assert np.mean(gains) > 5


# ---------------------------------------------------------------------------------------------- live audio


@every_live_one
@pytest.mark.parametrize("rate", [8000, 48000])
def test_live_noise_before_the_speech_is_reduced(
    denoiser: Denoiser, rate: int, rng: np.random.Generator
) -> None:
    speech = np.concatenate([np.zeros(rate // 2, np.float32), speech_like(3 * rate, rng, rate)])
    noisy = mix(speech, rng.standard_normal(speech.size).astype(np.float32), rate, 5, "rms").noisy
    assert si_sdr_db(speech, denoiser.denoise(noisy, rate)) > 5 + 3


@every_live_one
def test_live_nothing_is_heard_ahead(denoiser: Denoiser, rng: np.random.Generator) -> None:
    noisy = rng.normal(0, 0.1, 2 * RATE).astype(np.float32)
    other = np.concatenate([noisy[:RATE], 10 * noisy[RATE:]])
    window = round(0.032 * RATE)
    once, changed = (denoiser.denoise(samples, RATE)[: RATE - window] for samples in (noisy, other))
    np.testing.assert_array_equal(changed, once)


@every_live_one
def test_live_digital_silence_neither_breaks_nor_misleads(
    denoiser: Denoiser, rng: np.random.Generator
) -> None:
    clean = speech_like(3 * RATE, rng)
    noisy = mix(clean, rng.standard_normal(clean.size).astype(np.float32), RATE, 5, "rms").noisy
    gap = np.zeros(2 * RATE, np.float32)
    estimate = denoiser.denoise(np.concatenate([gap, noisy, gap, noisy]), RATE)
    assert np.isfinite(estimate).all()
    assert not estimate[: 2 * RATE - 256].any()
    assert si_sdr_db(clean, estimate[7 * RATE : 7 * RATE + clean.size]) > 8


# ------------------------------------------------------------------------------------------------- noise


def test_live_noise_is_the_mean_of_the_first_frames_then_tracked(rng: np.random.Generator) -> None:
    power = periodograms(np.full(1000, 0.3), rng)
    track = NoiseTracker(FRAME_SECONDS)
    tracked = np.stack([track(now) for now in power.T], axis=1)
    np.testing.assert_allclose(tracked[:, 11], power[:, :12].mean(1))
    assert 10 * np.log10(tracked[:, 200:].mean() / 0.3) == pytest.approx(-1.4, abs=0.3)


def periodograms(level: np.ndarray, rng: np.random.Generator, bins: int = 129) -> np.ndarray:
    """Return the noisy power of Gaussian noise whose mean power in each frame is `level`."""
    return level * rng.exponential(size=(bins, level.size))


def test_steady_noise_is_tracked_with_the_bias_that_is_stated(rng: np.random.Generator) -> None:
    tracked = track_noise(periodograms(np.full(1000, 0.3), rng), FRAME_SECONDS)
    assert 10 * np.log10(tracked[:, 200:].mean() / 0.3) == pytest.approx(-1.4, abs=0.3)


@pytest.mark.parametrize("change_db", [10, -10])
def test_a_change_of_the_noise_is_followed_in_a_second_and_a_half(
    change_db: float, rng: np.random.Generator
) -> None:
    level = np.where(np.arange(600) < 300, 1.0, 10 ** (change_db / 10))
    tracked = track_noise(periodograms(level, rng), FRAME_SECONDS)
    settled = tracked[:, 300 + round(1.5 / FRAME_SECONDS) :].mean()
    assert 10 * np.log10(settled / level[-1]) == pytest.approx(0, abs=2.5)


def test_speech_from_the_first_frame_on_is_not_taken_for_noise(rng: np.random.Generator) -> None:
    power = periodograms(np.ones(500), rng)
    power[20:40, :60] *= 1000  # half a second of a loud vowel at once
    tracked = track_noise(power, FRAME_SECONDS)
    assert 10 * np.log10(tracked[20:40, :60].mean()) < 3


# ------------------------------------------------------------------------------------------------- gains


def test_the_log_mmse_gain_is_the_papers_integral() -> None:
    for prior in (0.01, 1.0, 30.0):
        for posterior in (0.5, 1.0, 20.0):
            v = prior / (1 + prior) * posterior
            integral, _ = scipy.integrate.quad(lambda t: np.exp(-t) / t, v, np.inf)
            expected = min(1.0, prior / (1 + prior) * np.exp(integral / 2))
            found = log_amplitude_gain(np.array([prior]), np.array([posterior]))
            np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_the_decision_directed_prior_is_the_papers_recursion(rng: np.random.Generator) -> None:
    power, noise = rng.exponential(size=(2, 4)) * 5, np.full((2, 4), 0.7)
    gain = DecisionDirected(lambda prior, posterior: prior / (1 + prior), 0.9, -25)
    before = np.zeros(2)
    for frame in range(4):
        posterior = power[:, frame] / 0.7
        prior = np.maximum(0.9 * before / 0.7 + 0.1 * np.maximum(posterior - 1, 0), 10**-2.5)
        np.testing.assert_allclose(gain(power[:, frame], noise[:, frame]), prior / (1 + prior))
        before = (prior / (1 + prior)) ** 2 * power[:, frame]


def test_subtraction_takes_over_times_the_noise_and_leaves_the_floor() -> None:
    noise = np.ones((2, 1))
    # The frame as a whole is at 0 dB: over is 4. Bin 0: 1 - 4/1.9 is below the floor. Bin 1 likewise.
    gain = SpectralSub(over=4, floor=0.01).gain(np.array([[1.9], [0.1]]), noise)
    np.testing.assert_allclose(gain[:, 0], np.sqrt([0.01 / 1.9, 0.1]))
    # At 20 dB and above over is 1: bin 0 keeps 1 - 1/1000 of its power.
    gain = SpectralSub(over=4, floor=0.01).gain(np.array([[1000.0], [1000.0]]), noise)
    np.testing.assert_allclose(gain[:, 0], np.sqrt(0.999))


def test_bolls_subtraction_is_of_magnitudes() -> None:
    gain = SpectralSub(over=1, floor=0, exponent=1).gain(np.array([[16.0], [0.5]]), np.ones((2, 1)))
    np.testing.assert_allclose(gain[:, 0], [1 - 1 / 4, 0])


def test_more_subtraction_leaves_less_noise(rng: np.random.Generator) -> None:
    noise = rng.normal(0, 0.1, 2 * RATE).astype(np.float32)
    left = [rms_level_db(SpectralSub(over=over).denoise(noise, RATE)) for over in (1.0, 2.0, 4.0, 8.0)]
    assert all(more > less for more, less in pairwise(left))
