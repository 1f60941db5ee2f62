"""Gaussian noise with a given power spectrum."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchbox.records import Samples

LOWEST_HZ = 20.0
"""Below hearing, and below what microphones and recordings keep: power there would spoil the SNR unheard."""


def shaped(
    power: Callable[[NDArray[np.floating]], NDArray[np.floating]],
    length: int,
    sample_rate: int,
    rng: np.random.Generator,
) -> Samples:
    """Return Gaussian noise [length] of unit variance and power density `power(frequency in Hz)`.

    Nothing below 20 Hz. What is shorter than a second is cut from a second, so that it has low frequencies.
    """
    from scipy.fft import irfft, next_fast_len

    size = next_fast_len(max(length, sample_rate), real=True)
    frequency = np.fft.rfftfreq(size, 1 / sample_rate)
    amplitude = np.zeros(frequency.size, np.float32)
    audible = frequency >= LOWEST_HZ
    amplitude[audible] = np.sqrt(power(frequency[audible]))
    amplitude *= size / (2 * np.linalg.norm(amplitude))
    spectrum = rng.standard_normal((frequency.size, 2), dtype=np.float32).view(np.complex64)[:, 0] * amplitude
    samples: Samples = irfft(spectrum, size)[:length]
    return samples
