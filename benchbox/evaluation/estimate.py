"""Run a denoiser on audio of any rate, and check what it gives back."""

from typing import Any

import numpy as np

from benchbox.audio import resample
from benchbox.errors import BadPlugin
from benchbox.interfaces import Denoiser, OracleDenoiser
from benchbox.records import Mixture, Samples


def denoise(denoiser: Denoiser, mixture: Mixture) -> Samples:
    """Run a denoiser at the nearest rate it accepts and check what it returns.

    Raises:
        BadPlugin: the estimate has another length, is not one-dimensional, or is not finite.
    """
    rate = mixture.sample_rate
    at = nearest_rate(denoiser, rate)
    # A copy: a plugin that works in place must not spoil the mixture for the others.
    noisy = resample(mixture.noisy, rate, at).copy()
    if isinstance(denoiser, OracleDenoiser):
        estimate = denoiser.denoise_knowing(noisy, resample(mixture.clean, rate, at).copy(), at)
    else:
        estimate = denoiser.denoise(noisy, at)
    return fit(resample(checked(estimate, noisy), at, rate), len(mixture.noisy))


def nearest_rate(denoiser: Denoiser, sample_rate: int) -> int:
    """Return the rate a denoiser is run at: the nearest one it accepts, the higher of two."""
    accepted = denoiser.sample_rates or [sample_rate]
    return min(accepted, key=lambda rate: (abs(rate - sample_rate), -rate))


def checked(estimate: Any, noisy: Samples) -> Samples:
    """Return what a denoiser made of `noisy`, as float32.

    Raises:
        BadPlugin: the estimate has another length, is not one-dimensional, or is not finite.
    """
    estimate = np.asarray(estimate)
    if estimate.shape != noisy.shape:
        raise BadPlugin(f"returned shape {estimate.shape} for an input of shape {noisy.shape}")
    if estimate.dtype.kind != "f" or not np.isfinite(estimate).all():
        raise BadPlugin(f"returned {estimate.dtype} with NaN or infinite samples, or not floats at all")
    usable: Samples = estimate.astype(np.float32)
    return usable


def fit(samples: Samples, length: int) -> Samples:
    """Return exactly `length` samples: resampling there and back may leave a few too many, or too few."""
    return np.pad(samples[:length], (0, max(0, length - len(samples))))
