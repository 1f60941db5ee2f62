"""Long audio a piece at a time: what the network works on at once stays small.

`enhance(start, stop)` gives the enhanced samples from start to stop, stop not included.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from benchbox.records import Samples

Enhance: TypeAlias = Callable[[int, int], Samples]


def seamless(enhance: Enhance, size: int, length: int, context: int) -> Samples:
    """Enhance chunks of `length`, each with `context` samples more on both sides that are cut off again.

        chunk 0   |===========~~~~
        chunk 1           ~~~~===========~~~~         = kept, ~ context
        chunk 2                       ~~~~=====|

    Where no sample is changed by one further away than `context`, that is the same as one pass.
    """
    kept = []
    for start in range(0, size, length):
        before, stop = max(0, start - context), min(start + length, size)
        chunk = enhance(before, min(stop + context, size))
        kept.append(chunk[start - before : stop - before])
    return np.concatenate(kept)


def crossfaded(enhance: Enhance, size: int, length: int, overlap: int, grid: int = 1) -> Samples:
    """Enhance in one pass, or, what is longer than `length`, in pieces that fade into each other.

        piece 0   |-----------\\
        piece 1           /----------\\       overlaps are about `overlap` samples: pieces are
        piece 2                  /-----------|    spread evenly, on multiples of `grid`
    """
    if size <= length:
        return enhance(0, size)
    count = 1 + -(-(size - length) // (length - overlap))
    starts = np.linspace(0, size - length, count).astype(int) // grid * grid
    result = np.empty(0, np.float32)
    for start, stop in zip(starts, [*(starts[:-1] + length), size], strict=True):
        piece = enhance(int(start), int(stop))
        shared = result.size - start
        fade = np.arange(1, shared + 1, dtype=np.float32) / max(1, shared)
        result[start:] += fade * (piece[:shared] - result[start:])
        result = np.concatenate([result, piece[shared:]])
    return result


def joined(enhance: Enhance, size: int, length: int) -> Samples:
    """Enhance pieces of `length` and put them side by side: the paper's way. `size` is a multiple of it."""
    return np.concatenate([enhance(start, start + length) for start in range(0, size, length)])
