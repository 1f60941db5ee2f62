"""Where the samples, frequencies, frames and parts of a tensor lie, read from its shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchbox.errors import BadOption

Shape: TypeAlias = tuple[int | None, ...]
"""None is any size."""

_FEWEST_BINS = 17


@dataclass(frozen=True)
class Layout:
    """The axes of a tensor of audio (time alone) or of a spectrum; all others have size 1."""

    name: str
    shape: Shape
    time: int
    """Of samples, or of frames."""
    frequency: int | None = None
    part: int | None = None
    """Of real and imaginary parts."""

    @property
    def size(self) -> int | None:
        """How many samples or frames it takes at once; None is any number."""
        return self.shape[self.time]

    @property
    def bins(self) -> int | None:
        return None if self.frequency is None else self.shape[self.frequency]

    def pack(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Return [time], [frequency, frame] or [frequency, frame, part] as the tensor wants it."""
        axes = [axis for axis in (self.frequency, self.time, self.part) if axis is not None]
        packed = values.transpose(np.argsort(axes))
        missing = tuple(axis for axis in range(len(self.shape)) if axis not in axes)
        return np.ascontiguousarray(np.expand_dims(packed, missing), np.float32)

    def unpack(self, tensor: NDArray[Any]) -> NDArray[Any]:
        """Return what `pack` was given.

        Raises:
            BadOption: an axis that says nothing is longer than 1.
        """
        axes = [axis for axis in (self.frequency, self.time, self.part) if axis is not None]
        rest = tuple(axis for axis in range(tensor.ndim) if axis not in axes)
        if any(tensor.shape[axis] != 1 for axis in rest):
            raise BadOption(
                f"tensor {self.name!r} came as {list(tensor.shape)}, wants size 1 but in axes {axes}"
            )
        return tensor.squeeze(rest).transpose(np.argsort(np.argsort(axes)))


def waveform(name: str, shape: Shape) -> Layout:
    """Return the layout of audio: time is the last axis that is longer than 1."""
    long = [axis for axis, size in enumerate(shape) if size != 1]
    if not long:
        raise BadOption(f"tensor {name!r} {shown(shape)} has room for one sample only: no audio, no spectrum")
    return Layout(name, shape, time=long[-1])


def spectrum(name: str, shape: Shape, bins: int | None) -> Layout:
    """Return the layout of a spectrum: an axis of `bins` frequencies, one of frames, maybe one of two parts.

    Raises:
        BadOption: there are no such axes.
    """
    bins = bins or guessed_bins(shape)
    if bins is None or bins not in shape:
        wanted = f"{bins} frequencies" if bins else "an odd number of frequencies"
        raise BadOption(f"tensor {name!r} {shown(shape)} has no axis of {wanted}: give n_fft=...")
    frequency = shape.index(bins)
    rest = [axis for axis in range(len(shape)) if axis != frequency]
    # Parts stand last or right before the frequencies; the first axis is the batch.
    parts = [axis for axis in reversed(rest) if shape[axis] == 2 and axis > 0]
    frames = [axis for axis in rest if axis not in parts[:1]]
    if not frames:
        raise BadOption(f"tensor {name!r} {shown(shape)} has no axis of frames")
    later = [axis for axis in frames if axis > 0] or frames
    time = ([axis for axis in later if shape[axis] is None] or later)[-1]
    return Layout(name, shape, time, frequency, parts[0] if parts else None)


def guessed_bins(shape: Sequence[int | None]) -> int | None:
    """Return the odd size that is a number of frequencies; audio comes in even ones."""
    odd = [size for size in shape if size is not None and size >= _FEWEST_BINS and size % 2]
    return odd[0] if odd else None


def shown(shape: Shape) -> str:
    return f"[{', '.join('any' if size is None else str(size) for size in shape)}]"
