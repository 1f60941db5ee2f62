"""The power of the noise in every frame, told from speech by how likely speech is."""

import numpy as np
from numpy.typing import NDArray

SMOOTHING_SECONDS = 0.15
PRESENCE_SECONDS = 0.15
"""Time constants of the noise power and of the speech presence that stagnation is judged by."""
PRIOR_SNR = 10 ** (12 / 10)
"""SNR that speech is expected to have where it is present. The paper has 15 dB; 12 dB scored better on
training speech, though steady noise is then taken for 1.4 dB less than it is (1.0 dB less at 15 dB)."""
STAGNATION = 0.99
QUIET_QUANTILE = 0.2
FIRST_SECONDS = 0.1
"""What live audio is taken to begin with, noise alone."""


class NoiseTracker:
    """The noise power of one frame after the other, each a noisy power spectrum [frequency].

    Gerkmann and Hendriks, "Unbiased MMSE-Based Noise Power Estimation With Low Complexity and Low Tracking
    Delay" (TASLP 2012): noise follows the power of a frame as far as speech is unlikely in it.

    Args:
        noise: the power that it starts from, [frequency]; None, for live audio: the mean of the frames so
            far, during `FIRST_SECONDS`.
    """

    def __init__(self, seconds_per_frame: float, noise: NDArray[np.float64] | None = None) -> None:
        self._smoothing = np.exp(-seconds_per_frame / SMOOTHING_SECONDS)
        self._remembering = np.exp(-seconds_per_frame / PRESENCE_SECONDS)
        self._noise = noise
        self._presence: float | NDArray[np.float64] = 0.5
        self._first = 0 if noise is not None else max(1, round(FIRST_SECONDS / seconds_per_frame))
        self._frames = 0

    def __call__(self, power: NDArray[np.float64]) -> NDArray[np.float64]:
        self._frames += 1
        if self._noise is None or self._frames <= self._first:
            before = 0 if self._noise is None else self._noise
            self._noise = before + (power - before) / self._frames
            return self._noise
        noise = self._noise
        likelihood = (1 + PRIOR_SNR) * np.exp(-PRIOR_SNR / (1 + PRIOR_SNR) * np.minimum(power / noise, 500))
        speech = 1 / (1 + likelihood)
        self._presence = self._presence + (1 - self._remembering) * (speech - self._presence)
        # Where speech seems to go on for ever it is noise that has become louder.
        speech = np.where(self._presence > STAGNATION, np.minimum(speech, STAGNATION), speech)
        self._noise = noise + (1 - self._smoothing) * (1 - speech) * (power - noise)
        return self._noise


def track_noise(power: NDArray[np.float64], seconds_per_frame: float) -> NDArray[np.float64]:
    """Return the noise power for each [frequency, frame] of a noisy power spectrogram.

    It starts from the quiet fifth of the utterance rather than from its first frames, which may be speech
    already. Frames of digital silence tell nothing and are passed over.
    """
    heard = power.max(axis=0) > power.min()
    if not heard.any():
        return power.copy()
    # Noise power is exponentially distributed: this is its mean, seen from a quantile.
    noise = np.quantile(power[:, heard], QUIET_QUANTILE, axis=1) / -np.log(1 - QUIET_QUANTILE)
    track = NoiseTracker(seconds_per_frame, noise)
    tracked = np.empty_like(power)
    for frame, now in enumerate(power.T):
        if heard[frame]:
            noise = track(now)
        tracked[:, frame] = noise
    return tracked
