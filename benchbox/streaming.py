"""Live audio: frames of samples, or of a spectrogram, are changed as soon as they are complete."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchbox.interfaces import Stream
from benchbox.records import Samples
from benchbox.spectral import Stft

Frame: TypeAlias = NDArray[np.complex64]
"""One column of a spectrogram, [frequency]."""


class StftStream(Stream):
    """Push samples through `stft`, every frame through `change`, and back.

    However the samples are cut into blocks, the frames are those of `Stft.analyze` for all of them, and the
    samples that come out are those of `Stft.synthesize`. They are `stft.length` late, and a hop at most
    waits for its frame.

    Args:
        change: called with one frame after the other, from the first to the last; returns a frame.
    """

    def __init__(self, stft: Stft, change: Callable[[Frame], Frame]) -> None:
        self.stft, self.change = stft, change
        length = stft.length
        window = stft.samples.astype(np.float32)
        self._inward, self._outward = window / window.sum(), window * window.sum()
        self._squares = window * window
        # Half a frame of zeros comes before the samples, as in `Stft.analyze`.
        self._waiting = np.zeros(length // 2, np.float32)
        self._sum, self._weight = np.zeros(length, np.float32), np.zeros(length, np.float32)
        self._skipped = length // 2
        """How many samples that are ready are still to be left out, because they lie before the first."""
        self._time = self._frames = self._given = 0

    def push(self, samples: Samples) -> Samples:
        self._time += samples.size
        self._waiting = np.concatenate([self._waiting, samples.astype(np.float32, copy=False)])
        return self._advance()

    def flush(self) -> Samples:
        if not self._time:
            return np.empty(0, np.float32)
        missing = (self.stft.frames(self._time) - self._frames) * self.stft.hop + self.stft.length
        self._waiting = np.concatenate([self._waiting, np.zeros(missing, np.float32)])
        rest = self._time - self._given
        return self._advance(self.stft.frames(self._time), rest)

    def _advance(self, most: int | None = None, rest: int = 0) -> Samples:
        """Work on the frames that are complete, up to `most`; return what is ready, and `rest` at the end."""
        from scipy.fft import irfft, rfft

        length, hop = self.stft.length, self.stft.hop
        ready, start = [], 0
        while start + length <= self._waiting.size and (most is None or self._frames < most):
            frame = self.change(rfft(self._waiting[start : start + length] * self._inward))
            self._sum += irfft(frame, length) * self._outward
            self._weight += self._squares
            ready.append(self._shift(hop))
            self._frames += 1
            start += hop
        self._waiting = self._waiting[start:]
        if most is not None:
            ready.append(self._shift(length))
        samples = np.concatenate(ready) if ready else np.empty(0, np.float32)
        left_out = min(self._skipped, samples.size)
        self._skipped -= left_out
        samples = samples[left_out:] if most is None else samples[left_out:][:rest]
        self._given += samples.size
        return samples

    def _shift(self, count: int) -> Samples:
        """Return the first `count` samples of the sum, to which nothing will be added any more."""
        # Before the first sample there may be no weight.
        done: Samples = (self._sum[:count] / np.maximum(self._weight[:count], 1e-12)).astype(np.float32)
        for buffer in (self._sum, self._weight):
            buffer[: buffer.size - count] = buffer[count:]
            buffer[buffer.size - count :] = 0
        return done


class FrameStream(Stream):
    """Push samples through a function that takes one frame after the other and answers late.

    Args:
        frame: samples of a frame; the last one is filled up with silence.
        late: samples that the output lags behind; they are taken off.
        change: called with float32 [frame], from the first to the last; returns as many.
    """

    def __init__(self, frame: int, late: int, change: Callable[[Samples], Samples]) -> None:
        self.frame, self.late, self.change = frame, late, change
        self._waiting = np.empty(0, np.float32)
        self._left_out = self._time = self._given = 0

    def push(self, samples: Samples) -> Samples:
        self._time += samples.size
        return self._advance(samples)

    def flush(self) -> Samples:
        rest = self._time - self._given
        return self._advance(np.zeros(self.late + self.frame, np.float32))[:rest]

    def _advance(self, samples: Samples) -> Samples:
        waiting = np.concatenate([self._waiting, samples.astype(np.float32, copy=False)])
        count = waiting.size // self.frame
        frames, self._waiting = np.split(waiting, [count * self.frame])
        changed = [self.change(frame) for frame in frames.reshape(count, self.frame)]
        ready = np.concatenate(changed) if changed else np.empty(0, np.float32)
        early = min(self.late - self._left_out, ready.size)
        self._left_out += early
        self._given += ready.size - early
        return ready[early:]
