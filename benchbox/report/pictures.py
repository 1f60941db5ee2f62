"""Spectra as small grey PNGs: a page colours them, and subtracts one from another to show a difference."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from benchbox.records import Samples
from benchbox.spectral import Stft

RANGE_DB = 80.0
"""Black to white."""
_LEVELS = 80
"""One a dB: finer ones cannot be seen, and take more bytes."""
_WIDTH, _HEIGHT = 480, 96
"""Pixels, at most and exactly."""


def spectrum_picture(samples: Samples, sample_rate: int, white: float) -> bytes:
    """Return the log magnitude [frequency, time] as PNG, white where `peak_of` would be `white`.

    Low frequencies are at the bottom, and the highest is half the sample rate.
    """
    level_db = 20 * np.log10(np.maximum(_magnitude(samples, sample_rate), 1e-12) / white)
    grey = np.clip((level_db / RANGE_DB + 1) * _LEVELS, 0, _LEVELS).round() * (255 / _LEVELS)
    return _png(grey[::-1].round().astype(np.uint8))


def peak_of(samples: Samples, sample_rate: int) -> float:
    """Return the largest magnitude of a spectrum, or 1 of silence."""
    return float(_magnitude(samples, sample_rate).max()) or 1.0


def _magnitude(samples: Samples, sample_rate: int) -> NDArray[np.floating]:
    """Return what a picture shows [frequency, time]: of what shares a pixel, the loudest."""
    length = 2 * _HEIGHT * max(1, round(sample_rate / 8000))
    hop = min(max(length // 4, -(-len(samples) // _WIDTH)), length // 2)
    magnitude: NDArray[np.floating] = np.abs(Stft(length, hop).analyze(samples))[1:]
    for axis, most in ((0, _HEIGHT), (1, _WIDTH)):
        edges = np.linspace(0, magnitude.shape[axis], min(most, magnitude.shape[axis]) + 1)[:-1].astype(int)
        magnitude = np.maximum.reduceat(magnitude, edges, axis=axis)
    return magnitude


def _png(grey: NDArray[np.uint8]) -> bytes:
    """Return a grey picture [row, column] as PNG; each row is stored as differences to the one above."""
    height, width = grey.shape
    above = np.vstack([np.zeros((1, width), np.uint8), grey[:-1]])
    rows = np.hstack([np.full((height, 1), 2, np.uint8), grey - above])
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))
        for tag, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
