"""What the three denoisers share: into the spectrogram, a gain, and back."""

from abc import abstractmethod
from typing import Annotated, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox.spectral import Stft
from benchbox_spectral.noise import track_noise

Grid: TypeAlias = NDArray[np.float64]
"""Something for each [frequency, frame]."""

WindowMs: TypeAlias = Annotated[
    float, Field(ge=8, le=128, description="frame length in milliseconds; a new frame starts every quarter")
]


class SpectralDenoiser(Denoiser):
    """Multiply the noisy spectrogram by a gain that follows from its power and the tracked noise power."""

    def __init__(self, window_ms: float) -> None:
        self.window_ms = window_ms

    @abstractmethod
    def gain(self, power: Grid, noise: Grid) -> Grid:
        """Return the gain, 0 to 1, from the noisy power and the noise power, both above zero."""

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        from scipy.fft import next_fast_len

        if not noisy.any():
            return np.zeros_like(noisy)
        hop = next_fast_len(round(self.window_ms / 4000 * sample_rate), real=True)
        # The root of a Hann window, before and after: errors of the gain are tapered off in every frame.
        stft = Stft(length=4 * hop, hop=hop, window="cosine")
        spectrum = stft.analyze(noisy.astype(np.float64))
        power = np.abs(spectrum) ** 2
        # 120 dB below the peak is nothing, and nothing is a poor denominator.
        power = np.maximum(power, 1e-12 * power.max())
        noise = track_noise(power, seconds_per_frame=hop / sample_rate)
        return stft.synthesize(self.gain(power, noise) * spectrum, noisy.size).astype(np.float32)
