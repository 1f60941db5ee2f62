"""Audio to overlapping frames and back."""

from typing import Literal, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from benchbox.records import Samples

Window: TypeAlias = Literal["sqrt_hann", "hann", "rect"]
"""Of frames that are analysed, and of those that are added up again."""


def window_of(name: Window, length: int) -> NDArray[np.float32]:
    """Return a periodic window."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    shapes = {"sqrt_hann": np.sqrt(hann), "hann": hann, "rect": np.ones(length)}
    return shapes[name].astype(np.float32)


def cut(samples: Samples, length: int, hop: int, before: int) -> NDArray[np.float32]:
    """Return frames [frame, length]: there are `before` zeros before the first sample and after the last."""
    padded = np.pad(samples, (before, before + -samples.size % hop))
    return np.ascontiguousarray(sliding_window_view(padded, length)[::hop])


def add(frames: NDArray[np.float32], hop: int, before: int, time: int) -> Samples:
    """Return the sum of the frames that `cut` made of `time` samples."""
    count, length = frames.shape
    total = np.zeros((count - 1) * hop + length, np.float32)
    for number, frame in enumerate(frames):
        total[number * hop :][:length] += frame
    return total[before:][:time]
