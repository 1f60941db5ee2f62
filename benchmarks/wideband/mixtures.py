"""Pairs of clean and noisy excerpts, mixed as they are needed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from wideband.recordings import SAMPLE_RATE, Recording, Recordings

Audio = NDArray[np.float32]

SNRS_DB = (-7.0, 20.0)
NEARLY_CLEAN, NEARLY_CLEAN_DB = 0.03, (25.0, 45.0)
"""The share of mixtures in which there is little to do, and doing it does harm."""
NOISES = {"recorded": 0.50, "two": 0.08, "white": 0.18, "coloured": 0.14, "babble": 0.10}
EQUALISED, ROOMS, BAND_LIMITED = 0.25, 0.08, 0.06
"""Shares of the excerpts of speech, noise (only the first) or both (only the last)."""


class Mixtures:
    """Draw training pairs from the recordings; levels are left out, because the network sees none."""

    def __init__(self, recordings: Recordings, *, held_out: bool = False) -> None:
        self.recordings = recordings
        self.speech = _Urn(recordings.chosen(speech=True, held_out=held_out))
        self.noise = _Urn(recordings.chosen(speech=False, held_out=held_out))

    def draw(self, length: int, rng: np.random.Generator) -> tuple[Audio, Audio]:
        """Return (clean, noisy), each [length]."""
        clean = self.voice(length, rng)
        if rng.random() < EQUALISED:
            clean = equalised(clean, rng)
        if rng.random() < ROOMS:
            clean = in_a_room(clean, rng)
        noise = self.disturbance(rng.choice(list(NOISES), p=list(NOISES.values())), length, rng)
        if rng.random() < EQUALISED:
            noise = equalised(noise, rng)
        snr_db = rng.uniform(*(NEARLY_CLEAN_DB if rng.random() < NEARLY_CLEAN else SNRS_DB))
        clean, noise = at_unit_level(clean), at_unit_level(noise) * 10 ** (-snr_db / 20)
        if rng.random() < BAND_LIMITED:
            top_hz = rng.uniform(3000, 7500)
            clean, noise = low_passed(clean, top_hz), low_passed(noise, top_hz)
        return clean, clean + noise

    def voice(self, length: int, rng: np.random.Generator) -> Audio:
        """Return an excerpt of speech; where one is mostly a pause, another is drawn."""
        for _ in range(4):
            entry = self.speech.draw(rng)
            excerpt = self._excerpt(entry, length, rng)
            # A quarter second or more should be within 25 dB of the loudest.
            frames = np.mean(excerpt[: length // 256 * 256].reshape(-1, 256) ** 2, axis=1)
            if np.sum(frames > frames.max() * 10**-2.5) * 256 > SAMPLE_RATE // 4:
                break
        return excerpt

    def disturbance(self, kind: str, length: int, rng: np.random.Generator) -> Audio:
        if kind == "white":
            return rng.standard_normal(length, np.float32)
        if kind == "coloured":
            return coloured(length, rng)
        if kind == "babble":
            voices = [at_unit_level(self.voice(length, rng)) for _ in range(rng.integers(3, 9))]
            return np.sum([voice * rng.uniform(0.3, 1) for voice in voices], axis=0, dtype=np.float32)
        noise = at_unit_level(self._excerpt(self.noise.draw(rng), length, rng))
        if kind == "two":
            other = at_unit_level(self._excerpt(self.noise.draw(rng), length, rng))
            noise = noise + other * np.float32(rng.uniform(0.2, 1))
        return noise

    def _excerpt(self, entry: Recording, length: int, rng: np.random.Generator) -> Audio:
        start = int(rng.integers(max(1, entry.length - length + 1)))
        excerpt = self.recordings.read(entry, start, length)
        missing = length - excerpt.size
        if not missing:
            return excerpt
        if not entry.speech:
            return np.resize(excerpt, length)
        before = int(rng.integers(missing + 1))
        return np.pad(excerpt, (before, missing - before))


class _Urn:
    def __init__(self, entries: Sequence[Recording]) -> None:
        self.entries = entries
        self.heights = np.cumsum([entry.weight for entry in entries])

    def draw(self, rng: np.random.Generator) -> Recording:
        return self.entries[int(np.searchsorted(self.heights, rng.random() * self.heights[-1], "right"))]


def at_unit_level(samples: Audio) -> Audio:
    return samples / max(float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))), 1e-6)


def coloured(length: int, rng: np.random.Generator) -> Audio:
    """Return noise that falls by 0 to 9 dB an octave (pink: 3, brown: 6), sometimes with a hum."""
    frequencies = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    slope = rng.uniform(0, 1.5)
    shape = np.maximum(frequencies, 30) ** -slope
    noise = _shaped(rng.standard_normal(length, np.float32), shape)
    if rng.random() < 0.25:
        noise = at_unit_level(noise) + np.float32(rng.uniform(0.2, 2)) * _hum(length, rng)
    return noise


def _hum(length: int, rng: np.random.Generator) -> Audio:
    turns = rng.uniform(45, 400) * np.arange(length) / SAMPLE_RATE
    partials = [rng.random() / n * np.sin(2 * np.pi * (n * turns + rng.random())) for n in range(1, 9)]
    return np.sum(partials, axis=0).astype(np.float32)


def equalised(samples: Audio, rng: np.random.Generator) -> Audio:
    """Return the samples through a smooth random response, 5 dB up or down."""
    corners = np.geomspace(100, SAMPLE_RATE / 2, 6)
    frequencies = np.fft.rfftfreq(samples.size, 1 / SAMPLE_RATE)
    gains_db = np.interp(np.log(frequencies + 1), np.log(corners), rng.uniform(-5, 5, corners.size))
    return _shaped(samples, 10 ** (gains_db / 20))


def low_passed(samples: Audio, top_hz: float) -> Audio:
    frequencies = np.fft.rfftfreq(samples.size, 1 / SAMPLE_RATE)
    return _shaped(samples, 1 / (1 + np.exp((frequencies - top_hz) / 60)))


def in_a_room(samples: Audio, rng: np.random.Generator) -> Audio:
    """Return the samples in a simple room: a decaying tail of noise. What is learnt is to leave it alone."""
    seconds = rng.uniform(0.15, 0.6)
    length = round(seconds * SAMPLE_RATE)
    tail = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail[: rng.integers(16, 160)] = 0
    tail *= 10 ** (-rng.uniform(2, 15) / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1
    return fftconvolve(samples, tail.astype(np.float32))[: samples.size].astype(np.float32)


def _shaped(samples: Audio, response: NDArray[np.floating]) -> Audio:
    return np.fft.irfft(np.fft.rfft(samples) * response, samples.size).astype(np.float32)
