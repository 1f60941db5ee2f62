"""Sounds made in code: for checks and measurements that need no file."""

import numpy as np

from benchbox.records import Samples


def speech_like(length: int, rng: np.random.Generator, sample_rate: int = 8000) -> Samples:
    """Return a voiced sound with syllables, pauses and a moving pitch, float32 [length], active at -30 dB."""
    seconds = np.arange(length) / sample_rate
    pitch = rng.uniform(90, 220) * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(0.3, 0.8) * seconds))
    phase = 2 * np.pi * np.cumsum(pitch) / sample_rate
    harmonics = sum(np.sin(number * phase) / number for number in range(1, 13))
    syllables = np.clip(np.sin(2 * np.pi * rng.uniform(2, 4) * seconds + rng.uniform(0, 6)), 0, None)
    return (0.07 * harmonics * syllables).astype(np.float32)
