"""The short-time Fourier transform with SciPy's conventions, for numpy arrays and torch tensors alike."""

import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeGuard, overload

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from benchbox.errors import BadOption

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True)
class Stft:
    """Analyze samples into frames and synthesize them again, exactly, for any length from one sample up.

    Equal to `scipy.signal.stft` and `istft` with their defaults (zeros at both ends, the last frame padded,
    the window periodic, scaled to a spectrum), except that a signal shorter than a frame is padded where
    SciPy would shrink the frame. A tensor in gives a tensor out, differentiable; float32 stays float32.

        samples    0 0 0 x x x x x x x x x x 0 0 0 0 0      length 6, hop 4, time 10: frames(10) == 4
        frame 0   [- - - - - -]                             half a frame of zeros before,
        frame 1           [- - - - - -]                     as many after, then up to a whole hop
        frame 2                   [- - - - - -]
        frame 3                           [- - - - - -]

    The published VQ-U-Net-SE uses length 519 and hop 31: 8000 samples become 260 bins x 260 frames.

    Raises:
        BadOption: no such window, a hop outside 1..length, or samples that no frame gives any weight.
    """

    length: int = 256
    hop: int = 64
    window: str = "hann"

    def __post_init__(self) -> None:
        if not 1 <= self.hop <= self.length:
            raise BadOption(f"no STFT of length {self.length} with hop {self.hop}: valid: 1 <= hop <= length")
        squares = np.zeros(-(-self.length // self.hop) * self.hop)
        squares[: self.length] = _window(self.window, self.length) ** 2
        # SciPy's check_NOLA and its threshold: every sample must be seen by some frame.
        if squares.reshape(-1, self.hop).sum(axis=0).min() <= 1e-10:
            raise BadOption(
                f"no inverse STFT for window {self.window!r} of length {self.length} at hop {self.hop}: "
                f"some samples have no weight; use a smaller hop, such as {max(1, self.length // 4)}"
            )

    @property
    def bins(self) -> int:
        """Return the number of frequencies, 0 Hz to Nyquist."""
        return self.length // 2 + 1

    @property
    def samples(self) -> NDArray[np.float64]:
        """Return the samples of the window, [length]; read-only."""
        return _window(self.window, self.length)

    def frames(self, time: int) -> int:
        """Return how many frames `time` samples become."""
        return max(0, -(-(time + 2 * (self.length // 2) - self.length) // self.hop)) + 1

    @overload
    def analyze(self, samples: "Tensor") -> "Tensor": ...
    @overload
    def analyze(self, samples: NDArray[np.floating]) -> NDArray[np.complexfloating]: ...
    def analyze(self, samples: Any) -> Any:
        """Return the complex spectrum [..., frequency, frame] of samples [..., time]."""
        time = samples.shape[-1]
        before = self.length // 2
        after = (self.frames(time) - 1) * self.hop + self.length - before - time
        window = self._window_like(samples)
        weights = window / window.sum()
        if _is_tensor(samples):
            from torch.nn.functional import pad

            frames: Any = pad(samples, (before, after)).unfold(-1, self.length, self.hop)
        else:
            padded = np.pad(samples, [(0, 0)] * (samples.ndim - 1) + [(before, after)])
            frames = sliding_window_view(padded, self.length, axis=-1)[..., :: self.hop, :]
        return _fft_for(samples).rfft(frames * weights).swapaxes(-1, -2)

    @overload
    def synthesize(self, spectrum: "Tensor", time: int) -> "Tensor": ...
    @overload
    def synthesize(self, spectrum: NDArray[np.complexfloating], time: int) -> NDArray[np.floating]: ...
    def synthesize(self, spectrum: Any, time: int) -> Any:
        """Return the samples [..., time] whose frames are nearest to spectrum [..., frequency, frame]."""
        found, expected = tuple(spectrum.shape[-2:]), (self.bins, self.frames(time))
        if found != expected:
            raise ValueError(f"{time} samples have a spectrum of {expected}, not {found}")
        window = self._window_like(spectrum)
        frames = _fft_for(spectrum).irfft(spectrum.swapaxes(-1, -2), n=self.length)
        frames = frames * (window * window.sum())
        kept = slice(self.length // 2, self.length // 2 + time)
        weight = self._overlap_add((window**2)[None], expected[1])
        return self._overlap_add(frames, expected[1])[..., kept] / weight[kept]

    def _overlap_add(self, frames: Any, count: int) -> Any:
        """Add up `count` frames [..., frame, length], one hop-wide slice of all frames at a time.

        Tensors take this road too: `torch.istft` is two to eight times slower at usual hops.
        """
        slices = -(-self.length // self.hop)
        shape = (*frames.shape[:-2], count + slices - 1, self.hop)
        total = frames.new_zeros(shape) if _is_tensor(frames) else np.zeros(shape, frames.dtype)
        for index in range(slices):
            piece = frames[..., index * self.hop : (index + 1) * self.hop]
            total[..., index : index + count, : piece.shape[-1]] += piece
        return total.reshape(*shape[:-2], -1)

    def _window_like(self, array: Any) -> Any:
        """Return the window as what `array` is: an array or a tensor, single or double precision."""
        if _is_tensor(array):
            return _tensor_window(self.window, self.length, array.real.dtype, array.device)
        single = np.result_type(array, np.complex64) == np.complex64
        return _window(self.window, self.length).astype(np.float32 if single else np.float64)


def _is_tensor(array: Any) -> "TypeGuard[Tensor]":
    torch = sys.modules.get("torch")  # whoever holds a tensor has imported it
    return torch is not None and isinstance(array, torch.Tensor)


def _fft_for(array: Any) -> Any:
    return import_module("torch.fft" if _is_tensor(array) else "scipy.fft")


@lru_cache(maxsize=32)
def _window(name: str, length: int) -> NDArray[np.float64]:
    from scipy.signal import get_window

    try:
        window = get_window(name, length)
    except ValueError:
        raise BadOption(
            f"no window {name!r}; valid: hann, hamming, blackman, boxcar ... (scipy.signal.get_window)"
        ) from None
    window.setflags(write=False)
    return window  # type: ignore[no-any-return]


@lru_cache(maxsize=32)
def _tensor_window(name: str, length: int, dtype: "torch.dtype", device: "torch.device") -> "Tensor":
    import torch

    with torch.inference_mode(False):  # made once, perhaps while denoising, and used again to train
        return torch.tensor(_window(name, length), dtype=dtype, device=device)
