"""Noise models against the spectra that they promise to follow."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import scipy.signal
from benchbox_noises.brown import Brown
from benchbox_noises.car import Car
from benchbox_noises.hum import Hum
from benchbox_noises.pink import Pink
from benchbox_noises.stft_gaussian import StftGaussian
from benchbox_noises.white import White
from benchbox_noises.wind import Wind

from benchbox.interfaces import NoiseModel
from benchbox.mixing import active_level_db, rms_level_db
from benchbox.records import Samples
from benchbox.synthetic import speech_like
from benchbox.testing import NoiseContract

RATE = 8000


class TestWhite(NoiseContract):
    spec = "white"


class TestPink(NoiseContract):
    spec = "pink"


class TestBrown(NoiseContract):
    spec = "brown"


class TestStftGaussian(NoiseContract):
    spec = "stft_gaussian"


class TestStftGaussianReal(NoiseContract):
    spec = "stft_gaussian(part=real)"


class TestHum(NoiseContract):
    spec = "hum(frequency=60)"


class TestCar(NoiseContract):
    spec = "car"


class TestWind(NoiseContract):
    spec = "wind"


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def octave_levels_db(samples: Samples, lowest: Sequence[float], rate: int = RATE) -> list[float]:
    """Return the mean power density of the octave above each of these frequencies."""
    frequency, density = scipy.signal.welch(samples, rate, nperseg=rate)
    return [10 * np.log10(density[(frequency >= low) & (frequency < 2 * low)].mean()) for low in lowest]


@pytest.mark.parametrize(
    ("model", "octave_db"),
    [(White(), 0.0), (Pink(), -3.01), (Brown(), -6.02)],
    ids=["white", "pink", "brown"],
)
@pytest.mark.parametrize("rate", [8000, 48000])
def test_coloured_noise_falls_by_its_slope(
    model: NoiseModel, octave_db: float, rate: int, rng: np.random.Generator
) -> None:
    noise = model.sample(60 * rate, rate, rng)
    levels = octave_levels_db(noise, [60, 120, 240, 480, 960, 1920], rate)
    np.testing.assert_allclose(np.diff(levels), octave_db, atol=0.35)


@pytest.mark.parametrize("model", [Pink(), Brown(), Car(), Wind()], ids=["pink", "brown", "car", "wind"])
def test_nothing_is_hidden_below_hearing(model: NoiseModel, rng: np.random.Generator) -> None:
    noise = model.sample(10 * RATE, RATE, rng)
    spectrum = np.abs(np.fft.rfft(noise)) ** 2
    assert spectrum[: 15 * 10].sum() < 0.01 * spectrum.sum()  # below 15 Hz; gusts smear 20 Hz a little


def test_car_noise_is_rumble_that_falls_by_12_db_an_octave(rng: np.random.Generator) -> None:
    noise = Car().sample(60 * RATE, RATE, rng)
    frequency, density = scipy.signal.welch(noise, RATE, nperseg=RATE)
    assert density[frequency < 500].sum() > 0.99 * density.sum()
    fall_db = np.diff(octave_levels_db(noise, [120, 240]))  # the engine's orders stand out a little
    np.testing.assert_allclose(fall_db, -11, atol=1.5)


def test_a_car_engine_hums_at_twice_its_turning_rate(rng: np.random.Generator) -> None:
    noise = Car(rpm=6000).sample(20 * RATE, RATE, rng)
    frequency, density = scipy.signal.welch(noise, RATE, nperseg=RATE)
    around = (frequency > 150) & (frequency < 300)
    assert frequency[around][density[around].argmax()] == pytest.approx(200, rel=0.03)


def test_wind_blows_in_gusts(rng: np.random.Generator) -> None:
    noise = Wind().sample(60 * RATE, RATE, rng)
    levels = [rms_level_db(noise[start : start + RATE]) for start in range(0, noise.size, RATE)]
    assert max(levels) - min(levels) > 15
    assert octave_levels_db(noise, [100])[0] - octave_levels_db(noise, [1600])[0] > 25


def test_hum_stands_on_the_mains_frequency_and_its_harmonics(rng: np.random.Generator) -> None:
    noise = Hum(frequency=50.0).sample(20 * RATE, RATE, rng)
    frequency, density = scipy.signal.welch(noise, RATE, nperseg=2 * RATE)
    near = np.abs(frequency / 50 - np.round(frequency / 50)) * 50 <= 2
    assert density[near].sum() > 0.999 * density.sum()
    assert frequency[density.argmax()] == pytest.approx(50, abs=0.5)
    assert density[frequency > 1300].sum() < 1e-6 * density.sum()


@pytest.mark.parametrize("model", [White(), Pink(), Brown(), Car(), Wind(), Hum()])
def test_synthetic_noise_is_drawn_at_any_rate_without_aliasing_into_silence(
    model: NoiseModel, rng: np.random.Generator
) -> None:
    for rate in (8000, 16000, 44100, 48000):
        noise = model.sample(rate // 2, rate, rng)
        assert noise.shape == (rate // 2,)
        assert noise.std() > 0.01


@pytest.fixture
def speech(rng: np.random.Generator) -> Samples:
    return speech_like(2 * RATE, rng)


def papers_spectrum(samples: Samples) -> Any:
    return scipy.signal.stft(samples, fs=8000, nperseg=519, noverlap=488)[2]


def papers_inverse(spectrum: Any, length: int) -> Any:
    return scipy.signal.istft(spectrum, fs=8000, nperseg=519, noverlap=488)[1][:length]


def test_the_papers_reference_is_the_real_part_of_the_spectrogram(speech: Samples) -> None:
    reference, _ = StftGaussian(part="real").corrupt(speech, RATE, None, np.random.default_rng(0))
    np.testing.assert_allclose(
        reference, papers_inverse(papers_spectrum(speech).real, speech.size), atol=1e-6
    )


def test_the_papers_noise_is_added_to_the_standardised_spectrogram(speech: Samples) -> None:
    reference, noisy = StftGaussian(sigma=0.7, part="real").corrupt(
        speech, RATE, None, np.random.default_rng(0)
    )
    spectrum = papers_spectrum(speech).real
    mean, std = spectrum.mean(), spectrum.std()
    drawn = np.random.default_rng(0).standard_normal(spectrum.shape, dtype=np.float32)
    expected = ((spectrum - mean) / std + 0.7 * drawn) * std + mean
    np.testing.assert_allclose(noisy, papers_inverse(expected, speech.size), atol=1e-5)
    assert not np.allclose(reference, noisy, atol=1e-3)


def test_complex_noise_leaves_the_reference_alone_and_follows_sigma(speech: Samples) -> None:
    def noise(sigma: float) -> Samples:
        reference, noisy = StftGaussian(sigma).corrupt(speech, RATE, None, np.random.default_rng(0))
        np.testing.assert_array_equal(reference, speech)
        return noisy - reference

    assert rms_level_db(noise(1.0)) - rms_level_db(noise(0.1)) == pytest.approx(20, abs=0.01)


def test_a_given_std_replaces_the_utterances_own(speech: Samples) -> None:
    own = papers_spectrum(speech)
    std = float(np.stack([own.real, own.imag]).std())
    _, by_own = StftGaussian().corrupt(speech, RATE, None, np.random.default_rng(0))
    _, by_given = StftGaussian(std=std).corrupt(speech, RATE, None, np.random.default_rng(0))
    np.testing.assert_allclose(by_given, by_own, atol=1e-6)


def test_sigma_none_mixes_at_the_suites_snr(speech: Samples) -> None:
    assert StftGaussian(sigma=None).uses_snr
    assert not StftGaussian().uses_snr
    reference, noisy = StftGaussian(sigma=None, part="real").corrupt(
        speech, RATE, 3.0, np.random.default_rng(0)
    )
    snr_db = active_level_db(reference, RATE) - rms_level_db(noisy - reference)
    assert snr_db == pytest.approx(3, abs=0.01)
