"""Noises that take the process down, or return what is no noise."""

import numpy as np

from benchbox.interfaces import Degradation, NoiseModel
from benchbox_broken import offences


class BadNoise(NoiseModel):
    """Commits an offence, then gives white noise or what is none."""

    def __init__(self, how: str):
        self.how = how

    def sample(self, length, sample_rate, rng):
        noise = rng.standard_normal(length).astype(np.float32)
        if hasattr(offences, self.how):
            getattr(offences, self.how)()
            return noise
        return {
            "gives_nan": noise * np.float32("nan"),
            "int16": (1000 * noise).astype(np.int16),
            "shorter": noise[:-1],
            "silent": 0 * noise,
            "gives_none": None,
        }[self.how]


class BadDegradation(Degradation):
    """Scales the clean speech in place, or fills what it returned before anew."""

    _shared = np.zeros(0, np.float32)

    def __init__(self, how: str):
        self.how = how

    def corrupt(self, clean, sample_rate, snr_db, rng):
        noisy = clean + 0.01 * rng.standard_normal(clean.size).astype(np.float32)
        if self.how == "scales_clean":
            reference = clean.copy()
            clean *= 0.1
            return reference, noisy
        if self._shared.size < clean.size:
            type(self)._shared = np.zeros(clean.size, np.float32)
        self._shared[: clean.size] = noisy
        return clean, self._shared[: clean.size]
