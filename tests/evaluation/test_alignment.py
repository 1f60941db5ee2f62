from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchbox.audio import read
from benchbox.evaluation.alignment import Alignment, estimate_alignment, shift
from benchbox.mixing import mix
from benchbox.records import Mixture, Samples
from benchbox.spectral import Stft
from benchbox.synthetic import speech_like

RATE = 8000
STFT = Stft(256, 64)
DELAYS = [0, 7, 160, -40]
GAINS = [1.0, 0.1, 10.0, -1.0, -0.1]


@cache
def mixture(snr_db: float, seconds: float = 4.0) -> Mixture:
    rng = np.random.default_rng(7)
    length = round(seconds * RATE)
    clean = speech_like(length, rng, RATE)
    return mix(clean, rng.standard_normal(length).astype(np.float32), RATE, snr_db)


def subtracted(noisy: Samples) -> Samples:
    """Spectral subtraction, heavy-handed: what a real system does to phases, levels and the noise."""
    spectrum = STFT.analyze(noisy)
    power = np.abs(spectrum) ** 2
    noise = np.quantile(power, 0.3, axis=-1, keepdims=True) / 0.36
    gain = np.sqrt(np.maximum(1 - 3 * noise / np.maximum(power, 1e-12), 0.01))
    return STFT.synthesize(spectrum * gain, noisy.size).astype(np.float32)


def untouched(noisy: Samples) -> Samples:
    return noisy


def late(samples: Samples, delay: int) -> Samples:
    """Delay by whole samples, written apart from `shift`."""
    padded = np.pad(samples, abs(delay))
    return padded[abs(delay) - delay :][: samples.size]


@pytest.mark.parametrize("snr_db", [0, 5])
@pytest.mark.parametrize("gain", GAINS)
@pytest.mark.parametrize("delay", DELAYS)
def test_tells_delay_and_polarity_of_a_denoised_signal_exactly(delay: int, gain: float, snr_db: int) -> None:
    noisy = mixture(snr_db)
    found = estimate_alignment(noisy, late(np.float32(gain) * subtracted(noisy.noisy), delay))
    assert found.delay_samples == delay
    assert found.polarity == np.sign(gain)


@pytest.mark.parametrize("gain", GAINS)
@pytest.mark.parametrize("delay", DELAYS)
def test_gain_is_that_of_the_speech_whatever_happens_to_the_noise(delay: int, gain: float) -> None:
    noisy = mixture(0)
    gain_db = 20 * np.log10(abs(gain))
    # Sample noise of 4 s correlates a little with speech: tolerance 0.15 dB at 0 dB SNR.
    passed = estimate_alignment(noisy, late(np.float32(gain) * noisy.noisy, delay))
    assert passed.gain_db == pytest.approx(gain_db, abs=0.15)
    perfect = estimate_alignment(noisy, late(np.float32(gain) * noisy.clean, delay))
    assert perfect.gain_db == pytest.approx(gain_db, abs=0.05)


def test_gain_of_a_denoiser_moves_with_a_factor_on_its_output() -> None:
    noisy = mixture(5)
    own = estimate_alignment(noisy, subtracted(noisy.noisy)).gain_db
    louder = estimate_alignment(noisy, np.float32(10) * subtracted(noisy.noisy)).gain_db
    assert own is not None
    assert louder == pytest.approx(own + 20, abs=1e-3)


def test_finds_a_delay_between_two_samples() -> None:
    noisy = mixture(5)
    spectrum = np.fft.rfft(noisy.noisy)
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(noisy.noisy.size) * 16.7)
    delayed = np.fft.irfft(spectrum * turn, noisy.noisy.size).astype(np.float32)
    assert estimate_alignment(noisy, delayed).delay_samples == pytest.approx(16.7, abs=0.1)


@pytest.mark.parametrize("delay", [0, 7, -7, 160, 10**6, -(10**6)])
def test_shift_undoes_a_delay_and_keeps_the_length(delay: int) -> None:
    samples = np.arange(1, 1001, dtype=np.float32)
    shifted = shift(late(samples, delay), delay) if abs(delay) < 1000 else shift(samples, delay)
    assert shifted.shape == samples.shape
    assert shifted.dtype == np.float32
    expected = np.zeros_like(samples)
    if 0 <= delay < 1000:
        expected[: 1000 - delay] = samples[: 1000 - delay]
    elif -1000 < delay < 0:
        expected[-delay:] = samples[-delay:]
    np.testing.assert_array_equal(shifted, expected)


def test_shift_by_a_fraction_of_a_sample_moves_a_sound_as_its_formula_does() -> None:
    def sound(delay: float) -> Samples:
        time = (np.arange(2000) - 1000 - delay) / RATE
        return (np.exp(-((time / 0.03) ** 2)) * np.sin(2 * np.pi * 440 * time)).astype(np.float32)

    np.testing.assert_allclose(shift(sound(12.3), 12.3), sound(0), atol=1e-5)


@pytest.mark.parametrize("estimate", ["silent", "unrelated"])
def test_has_no_answer_where_the_estimate_holds_no_trace_of_its_input(estimate: str) -> None:
    noisy = mixture(5)
    rng = np.random.default_rng(99)
    other = 0 * noisy.noisy if estimate == "silent" else rng.standard_normal(noisy.noisy.size)
    assert estimate_alignment(noisy, other.astype(np.float32)) == Alignment(None, None, None)


@pytest.mark.parametrize("length", [1, 2, 100])
def test_takes_clips_of_any_length(length: int) -> None:
    samples = np.full(length, 0.1, np.float32)
    found = estimate_alignment(Mixture(samples, samples, RATE, None, None), samples)
    assert found.delay_samples in (0, None)


@pytest.mark.parametrize("system", [untouched, subtracted])
def test_is_right_on_real_speech_in_real_noise(
    shared_audio: Path, system: Callable[[Samples], Samples]
) -> None:
    speech = sorted(shared_audio.glob("speech/test/*.flac"))[::8]
    noises = sorted(shared_audio.glob("noise/test/*.flac"))
    for number, (file, noise) in enumerate(zip(speech, noises, strict=False)):
        clean, rate = read(file)
        noisy = mix(clean, np.resize(read(noise)[0], clean.size), rate, 5 * (number % 2))
        delay, gain = DELAYS[number % len(DELAYS)], GAINS[number % len(GAINS)]
        found = estimate_alignment(noisy, late(np.float32(gain) * system(noisy.noisy), delay))
        assert (found.delay_samples, found.polarity) == (delay, np.sign(gain)), (file.name, noise.name)
