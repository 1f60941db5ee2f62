"""What the three denoisers share: into the spectrogram, a gain, and back."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Annotated, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from benchbox.interfaces import Denoiser, Stream
from benchbox.records import Samples
from benchbox.spectral import Stft
from benchbox.streaming import Frame, StftStream
from benchbox_spectral.decision_directed import Vector
from benchbox_spectral.noise import NoiseTracker, track_noise

Grid: TypeAlias = NDArray[np.float64]
"""Something for each [frequency, frame]."""

NOTHING = 1e-12

WindowMs: TypeAlias = Annotated[
    float, Field(ge=8, le=128, description="frame length in milliseconds; a new frame starts every quarter")
]


Live: TypeAlias = Annotated[
    bool,
    Field(
        description="hear nothing ahead, for live audio: the noise is known from the first 0.1 s on, instead "
        "of from the quiet parts of the whole utterance"
    ),
]
FrameGain: TypeAlias = Callable[[Vector, Vector], Vector]
"""Of the noisy power and the noise power of one frame after the other."""


class SpectralDenoiser(Denoiser):
    """Multiply the noisy spectrogram by a gain that follows from its power and the tracked noise power."""

    def __init__(self, window_ms: float, *, live: bool) -> None:
        self.window_ms = window_ms
        self.live = live

    @abstractmethod
    def frame_gain(self) -> FrameGain:
        """Return what gives the gain, 0 to 1, of one frame after the other, beginning with the first one."""

    def gain(self, power: Grid, noise: Grid) -> Grid:
        """Return the gain for each frame; the powers are above zero."""
        gain = self.frame_gain()
        gains = np.empty_like(power)
        for frame, (now, background) in enumerate(zip(power.T, noise.T, strict=True)):
            gains[:, frame] = gain(now, background)
        return gains

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        stream = self.stream(sample_rate)
        if stream is not None:
            return stream.whole(noisy)
        if not noisy.any():
            return np.zeros_like(noisy)
        stft = self._stft(sample_rate)
        spectrum = stft.analyze(noisy.astype(np.float64))
        power = np.abs(spectrum) ** 2
        # 120 dB below the peak is nothing, and nothing is a poor denominator.
        power = np.maximum(power, NOTHING * power.max())
        noise = track_noise(power, seconds_per_frame=stft.hop / sample_rate)
        return stft.synthesize(self.gain(power, noise) * spectrum, noisy.size).astype(np.float32)

    def stream(self, sample_rate: int) -> Stream | None:
        if not self.live:
            return None
        stft = self._stft(sample_rate)
        return StftStream(stft, _Live(self.frame_gain(), stft.hop / sample_rate))

    def _stft(self, sample_rate: int) -> Stft:
        from scipy.fft import next_fast_len

        hop = next_fast_len(round(self.window_ms / 4000 * sample_rate), real=True)
        # The root of a Hann window, before and after: errors of the gain are tapered off in every frame.
        return Stft(length=4 * hop, hop=hop, window="cosine")


class _Live:
    """What becomes of one frame after the other; digital silence stays what it is, and tells nothing."""

    def __init__(self, gain: FrameGain, seconds_per_frame: float) -> None:
        self._gain, self._track = gain, NoiseTracker(seconds_per_frame)
        self._peak = 0.0

    def __call__(self, spectrum: Frame) -> Frame:
        power = np.abs(spectrum.astype(np.complex128)) ** 2
        self._peak = max(self._peak, float(power.max()))
        floor = NOTHING * self._peak
        if power.max() <= floor:
            return np.zeros_like(spectrum)
        power = np.maximum(power, floor)
        return (self._gain(power, self._track(power)) * spectrum).astype(np.complex64)
