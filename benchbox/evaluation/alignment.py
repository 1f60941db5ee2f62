"""How a system's output relates to its input: delay, gain and polarity."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchbox.records import Mixture, Samples

REACH_SECONDS = 0.25
"""Delays are looked for up to this long, either way."""
WHITENING = 0.7
"""How far the cross-spectrum is flattened: 0 is plain correlation, blurred by pitch; 1 trusts empty bins."""
RESOLUTION = 0.1
"""Of a delay in samples. What a denoiser removes moves the peak by hundredths of a sample."""
NEIGHBOURS = 32
"""Lags either side from which the correlation between two lags is interpolated."""
TRACE = 12.0
"""Least height of the peak over the RMS of all lags.

On real speech at 0 and 5 dB SNR, clips of a second and more: 11 at most for another utterance, 30 at least
for denoised ones.
"""


@dataclass(frozen=True)
class Alignment:
    """Delay, gain and polarity of one estimate; all None where it does not correlate with its input."""

    delay_samples: float | None = None
    """Positive: the estimate is late."""
    gain_db: float | None = None
    """Least-squares gain of the clean speech within the aligned estimate, as in SI-SDR.

    Against the noisy input it would come out low for every system that removes noise: by 6 dB for one that
    removes all of it at 0 dB SNR. 0 dB: speech passes at its own level.
    """
    polarity: Literal[1, -1] | None = None
    """-1: the estimate is inverted."""


def estimate_alignment(mixture: Mixture, estimate: Samples) -> Alignment:
    """Find the constant delay, gain and polarity that best explain `estimate`, as long as the mixture.

    The delay is the highest peak, of either sign, of the generalised cross-correlation with the noisy input
    (Knapp & Carter 1976), partly whitened, within 0.25 s either way and to a tenth of a sample.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    reach = min(round(REACH_SECONDS * mixture.sample_rate), estimate.size - 1)
    size = next_fast_len(estimate.size + reach, real=True)
    cross = rfft(estimate, size) * _conjugate_spectrum(mixture, size)
    magnitude = np.abs(cross)
    if not magnitude.any():
        return Alignment()
    # Bins that hold next to nothing have no phase worth a vote.
    cross /= np.maximum(magnitude, 1e-6 * magnitude.max()) ** WHITENING
    correlation = irfft(cross, size)
    lags = correlation.take(np.arange(-reach, reach + 1))
    peak = int(np.argmax(np.abs(lags)))
    if np.abs(lags[peak]) < TRACE * np.sqrt(np.mean(lags**2, dtype=np.float64)):
        return Alignment()
    polarity: Literal[1, -1] = 1 if lags[peak] > 0 else -1
    delay = _refine(polarity * correlation, peak - reach)
    # What the delay pushed out of the clip says nothing about the gain.
    kept = slice(max(0, -round(delay)), estimate.size - max(0, round(delay)))
    return Alignment(delay, _gain_db(shift(estimate, delay)[kept], mixture.clean[kept]), polarity)


@lru_cache(maxsize=8)
def _conjugate_spectrum(mixture: Mixture, size: int) -> NDArray[np.complexfloating]:
    """Return that of the noisy input, kept for the next systems."""
    from scipy.fft import rfft

    spectrum: NDArray[np.complexfloating] = np.conj(rfft(mixture.noisy, size))
    return spectrum


def shift(estimate: Samples, delay_samples: float) -> Samples:
    """Return the estimate without its delay, as long as before: zeros come in where it ends.

    A delay that is no whole number of samples is undone by band-limited interpolation.
    """
    whole = round(delay_samples)
    padding = np.zeros(min(abs(whole), estimate.size), estimate.dtype)
    if whole >= 0:
        moved = np.concatenate([estimate[padding.size :], padding])
    else:
        moved = np.concatenate([padding, estimate[: estimate.size - padding.size]])
    return moved if delay_samples == whole else _shift_fraction(moved, delay_samples - whole)


def _shift_fraction(samples: Samples, delay_samples: float) -> Samples:
    from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

    # The interpolation rings: the end must not ring into the start.
    size = next_fast_len(samples.size + 256, real=True)
    turn = np.exp(2j * np.pi * rfftfreq(size) * delay_samples)
    moved: Samples = irfft(rfft(samples, size) * turn, size)[: samples.size].astype(samples.dtype)
    return moved


def _refine(correlation: NDArray[np.floating], whole: int) -> float:
    """Return the lag nearest `whole` where the correlation, which is band-limited, is highest."""
    neighbours = np.arange(-NEIGHBOURS, NEIGHBOURS + 1)
    steps = round(0.5 / RESOLUTION)
    fractions = np.arange(-steps, steps + 1) * RESOLUTION
    weights = np.sinc(fractions[:, None] - neighbours) * np.hanning(neighbours.size)
    heights = weights @ correlation.take(whole + neighbours, mode="wrap")
    return round(whole + float(fractions[np.argmax(heights)]), 1)


def _gain_db(estimate: Samples, clean: Samples) -> float | None:
    if not clean.size:  # there is no reference
        return None
    energy = float(np.vdot(clean, clean))
    passed = abs(float(np.vdot(clean, estimate)))
    return float(20 * np.log10(passed / energy)) if energy and passed else None
