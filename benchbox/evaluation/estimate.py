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
        BadPlugin: the estimate cannot be used, as `checked` says.
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
    """Return what a denoiser made of `noisy`, as float32. Floats of any width are accepted, ints are not.

    Raises:
        BadPlugin: the estimate is no array of floats, has another length or more dimensions than one, or is
            not finite.
    """
    try:
        samples = np.asarray(estimate)
    # Lists of unequal length; tensors that carry gradients or lie on a GPU.
    except Exception as error:
        told = str(error).partition("\n")[0]
        raise BadPlugin(f"returned a {type(estimate).__name__} that is no array: {told}") from None
    if samples.dtype.kind != "f":
        numbers = isinstance(estimate, np.ndarray) or samples.dtype.kind in "iubc"
        found = samples.dtype if numbers else type(estimate).__name__
        raise BadPlugin(f"returned {found}; wants float32 in [-1, 1]")
    if samples.ndim != 1:
        shape = list(samples.shape)
        raise BadPlugin(f"returned {samples.ndim} dimensions, {shape}; wants one, [{noisy.size}]: mono")
    if samples.size != noisy.size:
        raise BadPlugin(f"returned {samples.size} samples for {noisy.size}; wants as many as it was given")
    with np.errstate(over="ignore"):
        usable: Samples = samples.astype(np.float32)
    if not np.isfinite(usable).all():
        raise BadPlugin("returned NaN or infinite samples; wants finite float32 in [-1, 1]")
    return usable


def fit(samples: Samples, length: int) -> Samples:
    """Return exactly `length` samples: resampling there and back may leave a few too many, or too few."""
    return np.pad(samples[:length], (0, max(0, length - len(samples))))
