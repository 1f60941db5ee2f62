"""The band above the denoiser's own: hiss goes, sibilants stay, and what needs no denoising is left alone."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, sosfiltfilt

from benchbox.audio import resample
from benchbox.denoising.fullband import enhance, subtract_noise
from benchbox.errors import BadPlugin
from benchbox.evaluation.estimate import fit
from benchbox.interfaces import Denoiser
from benchbox.mixing import mix
from benchbox.records import Samples
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec


class Identity(Denoiser):
    sample_rates: tuple[int, ...] = (8000, 16000)

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return noisy


class Silence(Denoiser):
    sample_rates = (8000,)

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return np.zeros_like(noisy)


class LogMmseAt8k(Denoiser):
    """A real denoiser, made deaf to what lies above 4 kHz."""

    sample_rates = (8000,)

    def __init__(self) -> None:
        self.inner = build(Denoiser, parse_spec("log_mmse"), discover())

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return self.inner.denoise(noisy, sample_rate)


def white(length: int, level: float = 0.05, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).normal(0, level, length).astype(np.float32)


def band(samples: Samples, sample_rate: int, low: float = 4200) -> Samples:
    """Return what lies above the own band of a denoiser for 8 kHz."""
    return sosfiltfilt(butter(8, low, "highpass", fs=sample_rate, output="sos"), samples).astype(np.float32)


def level_db(samples: Samples) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20))


def si_sdr(clean: Samples, estimate: Samples) -> float:
    target = (clean @ estimate) / (clean @ clean) * clean
    return level_db(target) - level_db(estimate - target)


@pytest.mark.parametrize("sample_rate", [8000, 9999, 11025, 16000, 22050, 32000, 44100, 48000])
@pytest.mark.parametrize("length", [1, 50, 20001])
def test_a_denoiser_that_changes_nothing_changes_nothing_at_any_rate(sample_rate: int, length: int) -> None:
    noisy = np.stack([white(length), white(length, seed=1)])
    estimate = enhance(Identity(), noisy, sample_rate)
    assert estimate.dtype == np.float32
    if sample_rate > 9999:  # 9999 Hz is resampled to 8000, and what lies above goes its own way
        np.testing.assert_allclose(estimate, noisy, atol=1e-6)


def test_a_denoiser_for_a_higher_rate_is_reached_by_resampling() -> None:
    class At16k(Identity):
        sample_rates = (16000,)

    tone = np.sin(2 * np.pi * 440 * np.arange(8000) / 8000).astype(np.float32)[None]
    np.testing.assert_allclose(enhance(At16k(), tone, 8000)[:, 500:-500], tone[:, 500:-500], atol=1e-3)


@pytest.mark.parametrize("sample_rate", [16000, 48000])
def test_where_all_is_removed_the_hiss_above_falls_by_24_db(sample_rate: int) -> None:
    noise = white(4 * sample_rate)
    [estimate] = enhance(Silence(), noise[None], sample_rate)
    assert level_db(band(estimate, sample_rate)) < level_db(band(noise, sample_rate)) - 24


def test_white_noise_at_48_khz_falls_as_far_above_the_band_of_a_real_denoiser_as_within() -> None:
    noise = white(4 * 48000)
    [estimate] = enhance(LogMmseAt8k(), noise[None], 48000)
    own_before, own_after = resample(noise, 48000, 8000), resample(estimate, 48000, 8000)
    fallen = level_db(band(noise, 48000)) - level_db(band(estimate, 48000))
    assert fallen > 15
    assert fallen > level_db(own_before) - level_db(own_after)


def test_bursts_above_pass_while_the_hiss_between_them_falls() -> None:
    sample_rate, length = 48000, 6 * 48000
    seconds = np.arange(length) / sample_rate
    bursts = np.sin(2 * np.pi * 0.8 * seconds) > 0.7
    hiss = white(length, 0.003)
    noisy = white(length, 0.05, seed=1) * bursts + hiss
    [estimate] = enhance(LogMmseAt8k(), noisy[None], sample_rate)
    inside, between = np.flatnonzero(bursts), np.flatnonzero(~bursts)
    before, after = band(noisy, sample_rate), band(estimate, sample_rate)
    assert level_db(after[inside]) == pytest.approx(level_db(before[inside]), abs=1.0)
    assert level_db(after[between]) < level_db(before[between]) - 10


def test_noise_that_swells_is_followed() -> None:
    length = 6 * 16000
    swelling = (white(length) * np.linspace(0.05, 1, length)).astype(np.float32)
    [estimate] = enhance(Silence(), swelling[None], 16000)
    before, after = band(swelling, 16000), band(estimate, 16000)
    for part in np.array_split(np.arange(length), 4):
        assert level_db(after[part]) < level_db(before[part]) - 20


def test_one_gain_serves_all_channels() -> None:
    above, below = white(16000), white(16000, seed=1)
    removed = (below * np.linspace(0, 1, 16000)).astype(np.float32)
    left, right = subtract_noise(
        np.stack([above, 0.25 * above]), np.stack([below, below]), np.stack([removed, 0 * removed]), 16000
    )
    np.testing.assert_allclose(right, 0.25 * left, atol=1e-6)


def test_silence_stays_silent() -> None:
    for denoiser in (Identity(), Silence(), LogMmseAt8k()):
        assert not enhance(denoiser, np.zeros((2, 20000), np.float32), 44100).any()


def test_an_unusable_estimate_is_refused() -> None:
    class Short(Identity):
        def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
            return noisy[1:]

    with pytest.raises(BadPlugin, match="samples for"):
        enhance(Short(), white(16000)[None], 16000)


@pytest.mark.parametrize("snr_db", [0, 10])
def test_real_speech_gets_nearer_to_clean_above_than_if_cut_or_left(shared_audio: Path, snr_db: int) -> None:
    files = sorted((shared_audio / "speech16k" / "test").glob("*.flac"))[::34]
    gained = []
    for seed, file in enumerate(files):
        clean, sample_rate = soundfile.read(file, dtype="float32", frames=6 * 16000)
        noisy = mix(clean, white(clean.size, seed=seed), sample_rate, snr_db).noisy
        [estimate] = enhance(LogMmseAt8k(), noisy[None], sample_rate)
        low = fit(resample(resample(noisy, sample_rate, 8000), 8000, sample_rate), clean.size)
        own = fit(
            resample(LogMmseAt8k().denoise(resample(noisy, sample_rate, 8000), 8000), 8000, sample_rate),
            clean.size,
        )
        left = own + (noisy - low)
        gained.append([si_sdr(clean, estimate) - si_sdr(clean, naive) for naive in (own, left, noisy)])
    over_cut, over_left, over_noisy = np.mean(gained, axis=0)
    assert over_cut > 0.5
    assert over_left > 4
    assert over_noisy > 5


def test_clean_real_speech_keeps_its_band_above(shared_audio: Path) -> None:
    for file in sorted((shared_audio / "speech16k" / "test").glob("*.flac"))[::34]:
        clean, sample_rate = soundfile.read(file, dtype="float32", frames=6 * 16000)
        [estimate] = enhance(LogMmseAt8k(), clean[None], sample_rate)
        assert si_sdr(band(clean, sample_rate), band(estimate, sample_rate)) > 20
