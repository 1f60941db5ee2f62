"""STOI and ESTOI of a whole clip at once: the values of pystoi, which goes frame by frame.

Equal to pystoi 0.4 within 1e-6, with its particulars: the filter it resamples by, the last frame left out.
Not drawn is the noise of 2e-16 that pystoi adds for ESTOI. It decides what a digitally silent stretch of an
estimate gets; the metric asks pystoi itself for the ESTOI of such clips.

Bands are [band, frame]. Segments, 30 frames each and a frame apart, are [frame, band, segment].
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from benchbox.errors import Unscorable
from benchbox.records import Samples

Array = NDArray[np.float64]

RATE = 10000
FRAME, HOP, SPECTRUM = 256, 128, 512
BANDS, LOWEST_HZ = 15, 150.0
SEGMENT = 30
SPEECH_RANGE_DB = 40
"""Frames of the clean clip that are this much quieter than its loudest one are left out."""
CLIPPING = 1 + 10 ** (15 / 20)
"""How far an estimate may exceed the clean band: a distortion of -15 dB (Taal et al. 2011, eq. 3)."""

_EPSILON = np.finfo(np.float64).eps
_FLAT_ROW, _FLAT_COLUMN = 1e-7, 1e-8
"""Norm of a row, squared norm of a normalised column: what is below may be decided by ESTOI's noise."""
_LARGEST_RATIO = 100_000
"""Of the terms of a ratio of rates, multiplied: beyond, a matrix would be large (11,027 Hz: 900 MB)."""
_BLOCK_OUTPUTS = 64
_BLOCK = 256
"""Segments at a time: few enough for the processor's cache."""


@dataclass(frozen=True)
class Clean:
    """What every estimate of one clean clip is compared with."""

    sample_rate: int
    length: int
    speech: NDArray[np.bool_]
    """Which frames are kept, [frame]."""
    bands: Array


def prepare(clean: Samples, sample_rate: int) -> Clean:
    """Return what all estimates of a clip share.

    Raises:
        Unscorable: less than 30 frames are left without the silent ones.
    """
    frames = _windowed(_resampled(clean, sample_rate))
    levels = 20 * np.log10(np.linalg.norm(frames, axis=1) + _EPSILON)
    speech = (levels.max() - SPEECH_RANGE_DB - levels) < 0
    bands = _third_octaves(frames[speech])
    if bands.shape[1] < SEGMENT:
        raise Unscorable(
            "STOI: Not enough STFT frames to compute intermediate intelligibility measure after removing "
            "silent frames"
        )
    return Clean(sample_rate, len(clean), speech, bands)


def compare(clean: Clean, estimate: Samples, *, extended: bool) -> tuple[float, float | None]:
    """Return STOI and ESTOI; None for the latter if it is not wanted, or if its noise decides it."""
    if len(estimate) != clean.length:
        raise ValueError(f"{len(estimate)} samples against {clean.length} of the clean clip")
    frames = _windowed(_resampled(estimate, clean.sample_rate))
    bands = _third_octaves(frames[clean.speech])
    count = bands.shape[1] - SEGMENT + 1
    stoi, estoi = 0.0, 0.0 if extended else None
    for block in _blocks(count):
        one, other = _segments(clean.bands, block), _segments(bands, block)
        stoi += _clipped_correlations(one, other)
        if estoi is not None:
            more = _normalised_correlations(one, other)
            estoi = None if more is None else estoi + more
    return stoi / (count * BANDS), None if estoi is None else estoi / (count * SEGMENT)


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, min(start + _BLOCK, count)) for start in range(0, count, _BLOCK))


def _segments(bands: Array, block: slice) -> Array:
    piece = bands[:, block.start : block.stop + SEGMENT - 1]
    return sliding_window_view(piece, SEGMENT, axis=1).transpose(2, 0, 1)


def _clipped_correlations(clean: Array, estimate: Array) -> float:
    """Return the sum over segments and bands of STOI's correlation over time."""
    level = np.sqrt(_energies(clean)) / (np.sqrt(_energies(estimate)) + _EPSILON)
    clipped = np.minimum(estimate * level, clean * CLIPPING)
    clipped -= clipped.mean(axis=0)
    centred = clean - clean.mean(axis=0)
    products = np.einsum("tbs,tbs->bs", clipped, centred)
    norms = (np.sqrt(_energies(clipped)) + _EPSILON) * (np.sqrt(_energies(centred)) + _EPSILON)
    return float((products / norms).sum())


def _normalised_correlations(clean: Array, estimate: Array) -> float | None:
    """Return the sum over segments and frames of ESTOI's correlation over bands; None where one is flat."""
    one, other = _rows_normalised(clean), _rows_normalised(estimate)
    if one is None or other is None:
        return None
    covariance = np.einsum("tbs,tbs->ts", one, other) - one.sum(axis=1) * other.sum(axis=1) / BANDS
    spread_one, spread_other = _column_spread(one), _column_spread(other)
    if min(spread_one.min(), spread_other.min()) < _FLAT_COLUMN:
        return None
    return float((covariance / np.sqrt(spread_one * spread_other)).sum())


def _rows_normalised(segments: Array) -> Array | None:
    rows: Array = segments - segments.mean(axis=0)
    norms = np.sqrt(_energies(rows))
    if norms.min() < _FLAT_ROW:
        return None
    rows /= norms
    return rows


def _column_spread(rows: Array) -> Array:
    spread: Array = np.einsum("tbs,tbs->ts", rows, rows) - np.square(rows.sum(axis=1)) / BANDS
    return spread


def _energies(segments: Array) -> Array:
    energies: Array = np.einsum("tbs,tbs->bs", segments, segments)
    return energies


# ---------------------------------------------------------------------------------------- samples to bands


def _resampled(samples: Samples, sample_rate: int) -> NDArray[np.floating]:
    """Resample as pystoi does, to rounding: a matrix product a block, where the ratio of the rates allows."""
    common = math.gcd(RATE, sample_rate)
    up, down = RATE // common, sample_rate // common
    if up == down:
        return samples
    if up * down > _LARGEST_RATIO:
        from scipy.signal import resample_poly

        resampled: Array = resample_poly(samples, up, down, window=_antialiasing(up, down))
        return resampled
    matrix, step, before = _block_matrix(up, down)
    count = -(-len(samples) * up // down)
    blocks = -(-count // matrix.shape[1])
    padded = np.zeros((blocks - 1) * step + len(matrix))
    kept = min(len(samples), len(padded) - before)
    padded[before : before + kept] = samples[:kept]
    return (sliding_window_view(padded, len(matrix))[::step] @ matrix).ravel()[:count]


@lru_cache(maxsize=8)
def _block_matrix(up: int, down: int) -> tuple[Array, int, int]:
    """Return a matrix [input, output], how many inputs apart its blocks are, and how many precede a block."""
    lowpass = up * _antialiasing(up, down)
    half = len(lowpass) // 2
    repeats = -(-_BLOCK_OUTPUTS // up)
    before = half // up
    outputs = np.arange(repeats * up) * down
    inputs = np.arange(before + (int(outputs[-1]) + half) // up + 1) - before
    taps = outputs - inputs[:, None] * up + half
    inside = (taps >= 0) & (taps < len(lowpass))
    return np.where(inside, lowpass[np.where(inside, taps, 0)], 0.0), repeats * down, before


@lru_cache(maxsize=8)
def _antialiasing(up: int, down: int) -> Array:
    """Return the low-pass filter of Octave's `resample`: 60 dB down, a transition of a tenth of the band."""
    edge = 1 / (2 * max(up, down))
    half = np.ceil((60 - 8) / (28.714 * edge / 10))
    taps = np.arange(-half, half + 1)
    lowpass: Array = np.kaiser(len(taps), 0.1102 * (60 - 8.7)) * np.sinc(2 * edge * taps)
    lowpass /= lowpass.sum()
    return lowpass


def _windowed(samples: NDArray[np.floating]) -> Array:
    """Cut into Hann-windowed frames, [frame, time]; one that ends with the clip is left out."""
    frames = sliding_window_view(samples, FRAME)[: len(samples) - FRAME : HOP]
    windowed: Array = np.hanning(FRAME + 2)[1:-1] * frames
    return windowed


def _third_octaves(frames: Array) -> Array:
    """Join frames to a signal again, and return the amplitudes of its third-octave bands."""
    from scipy.fft import rfft

    joined = np.zeros((len(frames) + 1, HOP))
    joined[:-1] += frames[:, :HOP]
    joined[1:] += frames[:, HOP:]
    if len(frames) < 2:
        return np.zeros((BANDS, 0))
    spectra = rfft(_windowed(joined.ravel()), SPECTRUM)
    powers = np.square(spectra.real) + np.square(spectra.imag)
    amplitudes: Array = np.sqrt(_band_matrix() @ powers.T)
    return amplitudes


@lru_cache(maxsize=1)
def _band_matrix() -> Array:
    """Return which bins of a spectrum belong to which third-octave band, [band, bin]."""
    bins = np.arange(SPECTRUM // 2 + 1) * RATE / SPECTRUM
    edges = LOWEST_HZ * 2 ** ((2 * np.arange(BANDS + 1) - 1) / 6)
    nearest = np.abs(bins - edges[:, None]).argmin(axis=1)
    order = np.arange(len(bins))
    matrix: Array = ((order >= nearest[:-1, None]) & (order < nearest[1:, None])).astype(np.float64)
    return matrix
