"""The row of a perfect mask: how far real gains on a spectrogram can go."""

from typing import Annotated

import numpy as np
from pydantic import Field

from benchbox.interfaces import OracleDenoiser
from benchbox.records import Samples
from benchbox.spectral import Stft


class OracleMask(OracleDenoiser):
    """Apply the ideal ratio mask, sqrt(|S|^2 / (|S|^2 + |N|^2)), to the noisy spectrogram.

    Wang, Narayanan and Wang, "On Training Targets for Supervised Speech Separation" (TASLP 2014). Hann
    windows with 75 % overlap.
    """

    def __init__(
        self,
        window_ms: Annotated[float, Field(ge=4, le=128, description="window length in milliseconds")] = 32.0,
    ) -> None:
        self.window_ms = window_ms

    def denoise_knowing(self, noisy: Samples, clean: Samples, sample_rate: int) -> Samples:
        hop = max(1, round(self.window_ms * sample_rate / 4000))
        stft = Stft(length=4 * hop, hop=hop)
        spectrum = stft.analyze(noisy)
        speech = np.abs(stft.analyze(clean)) ** 2
        noise = np.abs(stft.analyze(noisy - clean)) ** 2
        # Silence in both keeps a gain of zero instead of 0/0.
        mask = np.sqrt(speech / np.maximum(speech + noise, np.finfo(np.float32).tiny))
        estimate: Samples = stft.synthesize(mask * spectrum, noisy.size)
        return estimate
