"""Denoise sound of any rate with a denoiser of one: its own band by it, the band above by what it removed.

      noisy --+-- resample down --> own band --> denoiser --+-- resample up --> + --> estimate
              |                         |                   |                   |
              |                         +---- what was removed                  |
              |                                   | gains                       |
              +-- less its own band, up again ----x---------- band above -------+

A denoiser for 16 kHz says nothing about what a 48 kHz file holds above 8 kHz. Left alone, the hiss there
would stay; cut, the sound would be dull. So it is taken to come and go as the noise below does: where the
denoiser removes most of its own band, a pause, the ratio of the power above to the power below is measured
for each frequency. Times the power that the denoiser removes, it is the noise above at any moment, and is
subtracted. Sibilants stand out of it and pass. What a denoiser leaves alone is left alone above too.
"""

import numpy as np
from numpy.typing import NDArray

from benchbox.audio import resample
from benchbox.evaluation.estimate import checked, fit, nearest_rate
from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox.spectral import Stft

FRAME_SECONDS = 0.02
SMOOTH_HZ = 450.0
SMOOTH_FRAMES = 3
"""Over how much of the spectrogram (0.04 s with its overlaps) powers are averaged: single bins would sing."""
PAUSES = 0.1
"""Share of the sounding frames, those of which the denoiser removes most, that count as noise alone."""
OVERSUBTRACTION = 2.0
"""How much more than the estimated noise is subtracted: it fluctuates, and hiss above its mean is heard."""
FLOOR = 0.05
"""Least gain of the band above, -26 dB: about what denoisers leave of the noise in their own."""


def enhance(denoiser: Denoiser, noisy: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Return the estimate of noisy sound, both float32 [channel, time].

    Each channel is denoised on its own. In the band above one gain serves all of them, so that its image of
    left and right stays where it is. There a denoiser must neither delay nor scale: that counts as removed.

    Raises:
        BadPlugin: the denoiser returned something unusable.
    """
    rate = nearest_rate(denoiser, sample_rate)
    down = [resample(channel, sample_rate, rate) for channel in noisy]
    denoised = [checked(denoiser.denoise(channel.copy(), rate), channel) for channel in down]
    estimate = _up(denoised, rate, sample_rate, noisy.shape[-1])
    if rate >= sample_rate:
        return estimate
    own_band = _up(down, rate, sample_rate, noisy.shape[-1])
    return estimate + subtract_noise(noisy - own_band, own_band, own_band - estimate, sample_rate)


def subtract_noise(
    above: NDArray[np.float32], below: NDArray[np.float32], removed: NDArray[np.float32], sample_rate: int
) -> NDArray[np.float32]:
    """Subtract from the band above the noise that follows what was `removed` of the band `below`.

    All are [channel, time]. Power subtraction (Berouti, Schwartz and Makhoul 1979) over frames of 20 ms.
    """
    from scipy.ndimage import uniform_filter, uniform_filter1d

    stft = Stft(round(FRAME_SECONDS * sample_rate), round(FRAME_SECONDS * sample_rate / 2))
    spectrum = stft.analyze(above)
    powers = np.square(np.abs(spectrum)).sum(axis=0)
    width = max(1, round(SMOOTH_HZ * FRAME_SECONDS))
    powers = uniform_filter(powers, (width, SMOOTH_FRAMES))
    power_below, power_removed = (
        uniform_filter1d(np.square(np.abs(stft.analyze(band))).sum(axis=(0, 1)), SMOOTH_FRAMES)
        for band in (below, removed)
    )
    sounding = power_below > np.finfo(np.float32).tiny
    if not sounding.any():
        return above
    share = power_removed[sounding] / power_below[sounding]
    pauses = share >= np.quantile(share, 1 - PAUSES)
    # The median: a sibilant that the denoiser took for noise must not count.
    ratio = np.median(powers[:, sounding][:, pauses] / power_below[sounding][pauses], axis=1)
    noise = OVERSUBTRACTION * np.outer(ratio, power_removed)
    gains = np.sqrt(np.clip(1 - noise / np.maximum(powers, np.finfo(np.float32).tiny), FLOOR**2, 1))
    passed: NDArray[np.float32] = stft.synthesize(spectrum * gains.astype(np.float32), above.shape[-1])
    return passed


def _up(channels: list[Samples], from_rate: int, to_rate: int, length: int) -> NDArray[np.float32]:
    return np.stack([fit(resample(channel, from_rate, to_rate), length) for channel in channels])
