"""Long audio a piece at a time, so that memory stays bounded."""

from collections.abc import Callable

import numpy as np

from benchbox.records import Samples


def crossfaded(enhance: Callable[[Samples], Samples], samples: Samples, length: int, overlap: int) -> Samples:
    """Enhance in one pass, or, what is longer than `length`, in pieces that fade into each other.

        piece 0   |-----------\\
        piece 1           /----------\\       overlaps are `overlap` samples or a little more:
        piece 2                  /-----------|    pieces are spread evenly over the samples
    """
    if samples.size <= length:
        return enhance(samples)
    count = 1 + -(-(samples.size - length) // (length - overlap))
    starts = np.linspace(0, samples.size - length, count).astype(int)
    result = np.zeros_like(samples)
    done = 0
    for start in starts:
        piece = enhance(samples[start : start + length])
        fade = np.arange(1, done - start + 1, dtype=np.float32) / max(1, done - start + 1)
        result[start:done] += fade * (piece[: fade.size] - result[start:done])
        result[done : start + length] = piece[fade.size :]
        done = start + length
    return result


def joined(enhance: Callable[[Samples], Samples], samples: Samples, length: int) -> Samples:
    """Enhance pieces of `length` (silence fills up the last) and put them side by side: the paper's way."""
    padded = np.pad(samples, (0, -samples.size % length))
    return np.concatenate([enhance(piece) for piece in padded.reshape(-1, length)])[: samples.size]
