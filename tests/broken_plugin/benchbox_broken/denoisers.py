"""Denoisers that take the process down, or disturb it and then work, or return what is no estimate."""

import numpy as np

from benchbox.interfaces import Denoiser
from benchbox_broken import offences


class Half(Denoiser):
    """What the disturbers do beside: a system that works."""

    def denoise(self, noisy, sample_rate):
        return 0.5 * noisy


class Bad(Denoiser):
    """Commits an offence at each clip, then halves it or returns what it should not."""

    def __init__(self, how: str):
        self.how = how

    def denoise(self, noisy, sample_rate):
        if hasattr(offences, self.how):
            getattr(offences, self.how)()
            return 0.5 * noisy
        if self.how == "writes_into_input":
            noisy *= 0.5
            return noisy
        return {
            "gives_none": None,
            "gives_nan": noisy * np.nan,
            "int16": (noisy * 32767).astype(np.int16),
            "shorter": noisy[:-1],
            "two_dimensions": np.stack([noisy, noisy]),
            "complex": noisy.astype(np.complex64),
            "text": "estimate",
            "ragged": [[1.0], [1.0, 2.0]],
            "objects": np.array([object()] * noisy.size),
        }[self.how]


class BadConstructor(Denoiser):
    """Commits its offence when it is built."""

    def __init__(self, how: str):
        getattr(offences, how)()

    def denoise(self, noisy, sample_rate):
        return noisy
