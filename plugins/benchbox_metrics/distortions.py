"""Frame by frame: segmental SNR, log-likelihood ratio and weighted spectral slope, as in Hu & Loizou 2008.

Frames of 30 ms, a quarter apart, are [frame, time]. Checked against Loizou's published MATLAB program by way
of pysepm, an independent translation of it (see tests/plugins/test_metrics_composite.py).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchbox.records import Samples

Array = NDArray[np.float64]

_EPSILON = np.finfo(np.float64).eps
_FRAME_SECONDS = 0.03
_KEPT = 0.95
"""Share of the frames, the least distorted ones, whose mean is the distortion of the clip."""

_BANDWIDTHS_HZ = np.array(
    [70.0] * 7
    + [77.3724, 86.0056, 95.3398, 105.411, 116.256, 127.914, 140.423, 153.823, 168.154, 183.457]
    + [199.776, 217.153, 235.631, 255.255, 276.072, 298.126, 321.465, 346.136]
)
"""Of Klatt's 25 critical bands (1982); each band's centre is its neighbour's plus its neighbour's width."""
_FIRST_CENTRE_HZ = 50.0
_FLOOR_DB = -100.0
_KLATT_MAX, _KLATT_LOCAL = 20.0, 1.0


@dataclass(frozen=True)
class Frames:
    """A clip cut into windowed frames."""

    samples: Array
    sample_rate: int


def cut(samples: Samples, sample_rate: int) -> Frames:
    """Return Hann-windowed frames; an incomplete last one is left out, and so is the one before it."""
    length = round(_FRAME_SECONDS * sample_rate)
    hop = int(_FRAME_SECONDS * sample_rate / 4)
    count = max((len(samples) - length) // hop, 0)
    starts = hop * np.arange(count)[:, None]
    window = np.hanning(length + 2)[1:-1]
    return Frames(samples.astype(np.float64)[starts + np.arange(length)] * window, sample_rate)


def segmental_snr(clean: Frames, estimate: Frames) -> float:
    """Return the mean over frames of their SNR, each limited to -10..35 dB."""
    signal = np.square(clean.samples).sum(axis=1)
    noise = np.square(clean.samples - estimate.samples).sum(axis=1)
    return float(np.mean(np.clip(10 * np.log10(signal / (noise + _EPSILON) + _EPSILON), -10, 35)))


def log_likelihood_ratio(clean: Frames, estimate: Frames) -> float:
    """Return how much worse the estimate's linear predictor fits the clean speech than its own.

    Frames of digital silence in the reference have no predictor and are left out.
    """
    order = 10 if clean.sample_rate < 10000 else 16
    spoken = clean.samples.any(axis=1)
    lags = _autocorrelation(clean.samples[spoken], order)
    own = _residual_power(lags, _predictor(lags))
    other = _residual_power(lags, _predictor(_autocorrelation(estimate.samples[spoken], order)))
    ratio = other / own
    return _trimmed_mean(np.log(np.where(ratio > 0, ratio, 1000.0)))


def weighted_spectral_slope(clean: Frames, estimate: Frames) -> float:
    """Return the distance between the slopes of the critical bands, weighted at peaks (Klatt 1982)."""
    bands, other_bands = _bands_db(clean), _bands_db(estimate)
    slopes, other_slopes = np.diff(bands, axis=1), np.diff(other_bands, axis=1)
    weights = (_peak_weights(bands, slopes) + _peak_weights(other_bands, other_slopes)) / 2
    distances = np.sum(weights * (slopes - other_slopes) ** 2, axis=1) / weights.sum(axis=1)
    return _trimmed_mean(distances)


def _trimmed_mean(distances: Array) -> float:
    kept = round(len(distances) * _KEPT)
    return float(np.mean(np.sort(distances)[:kept]))


def _autocorrelation(frames: Array, order: int) -> Array:
    """Return [frame, order + 1]."""
    spectrum = np.fft.rfft(frames, n=2 * frames.shape[1])
    lags: Array = np.fft.irfft(np.abs(spectrum) ** 2)[:, : order + 1]
    return lags


def _predictor(lags: Array) -> Array:
    """Solve for 1, -a1, -a2 ... by Levinson and Durbin for all frames; a silent one predicts nothing."""
    coefficients = np.zeros_like(lags)
    coefficients[:, 0] = 1.0
    power = lags[:, 0].copy()
    for order in range(1, lags.shape[1]):
        unexplained = np.sum(coefficients[:, :order] * lags[:, order:0:-1], axis=1)
        reflection = np.divide(-unexplained, power, out=np.zeros_like(power), where=power > 0)
        coefficients[:, : order + 1] += reflection[:, None] * coefficients[:, order::-1]
        power *= 1 - reflection**2
    return coefficients


def _residual_power(lags: Array, predictor: Array) -> Array:
    """Return a R a' of each frame, R the Toeplitz matrix of its lags."""
    order = np.arange(lags.shape[1])
    matrices = lags[:, np.abs(order[:, None] - order)]
    powers: Array = np.einsum("fi,fij,fj->f", predictor, matrices, predictor)
    return powers


def _bands_db(frames: Frames) -> Array:
    """Return the levels of the critical bands, [frame, band]."""
    size = 2 ** int(np.ceil(np.log2(2 * frames.samples.shape[1])))
    powers: Array = np.abs(np.fft.rfft(frames.samples, n=size)[:, :-1]) ** 2
    bands: Array = powers @ _band_filters(frames.sample_rate, size).T
    levels: Array = 10 * np.log10(np.maximum(bands, 10 ** (_FLOOR_DB / 10)))
    return levels


def _band_filters(sample_rate: int, size: int) -> Array:
    """Return Gaussian band filters, [band, bin], cut off at -30 dB."""
    bins_per_hz = size / sample_rate
    centres = _FIRST_CENTRE_HZ + np.concatenate([[0.0], np.cumsum(_BANDWIDTHS_HZ[:-1])])
    offsets = np.arange(size // 2) - np.floor(centres * bins_per_hz)[:, None]
    shape = np.exp(-11 * (offsets / (_BANDWIDTHS_HZ[:, None] * bins_per_hz)) ** 2)
    filters = shape * (_BANDWIDTHS_HZ[0] / _BANDWIDTHS_HZ)[:, None]
    return np.where(filters > np.exp(-30 / (2 * 2.303)), filters, 0.0)


def _peak_weights(bands: Array, slopes: Array) -> Array:
    """Weigh a slope by how near its band lies to the frame's highest and to the nearest peak, in dB."""
    levels = bands[:, :-1]
    highest = bands.max(axis=1, keepdims=True)
    near_highest: Array = _KLATT_MAX / (_KLATT_MAX + highest - levels)
    near_peak: Array = _KLATT_LOCAL / (_KLATT_LOCAL + _nearest_peaks(levels, slopes) - levels)
    return near_highest * near_peak


def _nearest_peaks(levels: Array, slopes: Array) -> Array:
    """Return the level of the peak uphill of each slope.

    Walking up, this is the last band before the peak: so it is in the published program.
    """
    rising = slopes > 0
    peaks = levels.copy()
    for band in range(levels.shape[1] - 2, -1, -1):
        goes_on = rising[:, band] & rising[:, band + 1]
        peaks[goes_on, band] = peaks[goes_on, band + 1]
    for band in range(1, levels.shape[1]):
        goes_on = ~rising[:, band] & ~rising[:, band - 1]
        peaks[goes_on, band] = peaks[goes_on, band - 1]
    return peaks
