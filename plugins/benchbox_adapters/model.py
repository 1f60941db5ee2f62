"""A model in a file as a denoiser: on whole clips or frame by frame, on audio or spectra, with states."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchbox.errors import BadOption, BadPlugin
from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox_adapters.framing import Window, add, cut, window_of
from benchbox_adapters.layout import Shape, guessed_bins, shown, spectrum, waveform

Features: TypeAlias = Literal["waveform", "complex", "magnitude", "log_power"]
"""What a model sees: audio, real and imaginary parts, magnitudes, or log10 of their squares."""
Output: TypeAlias = Literal["mask", "spectrum"]
"""What it says: what to multiply the spectrum by, or the spectrum itself."""

_LEAST_POWER = 1e-12


class Runtime(Protocol):
    """A loaded model; tensors are (name, shape) pairs: first audio or a spectrum, then states."""

    inputs: Sequence[tuple[str, Shape]]
    outputs: Sequence[tuple[str, Shape]]

    def run(self, tensors: Sequence[NDArray[np.float32]]) -> Sequence[NDArray[Any]]:
        """Return the outputs for the inputs, in their orders."""


@dataclass(frozen=True)
class Reading:
    """How to use a model where its file does not tell; None is guessed from shapes."""

    features: Features | None = None
    output: Output | None = None
    n_fft: int | None = None
    hop: int | None = None
    window: Window = "sqrt_hann"


class Stage:
    """One model and the layouts of its first tensors.

    Raises:
        BadOption: a shape that cannot be used; names the tensor.
    """

    def __init__(self, runtime: Runtime, reading: Reading) -> None:
        self._runtime, self._reading = runtime, reading
        (name, shape), *states = runtime.inputs
        (answer, answer_shape), *kept = runtime.outputs
        bins = reading.n_fft // 2 + 1 if reading.n_fft else None
        self.features = reading.features or _guessed(shape, bins)
        if self.features == "waveform":
            self.source, self.answer = waveform(name, shape), waveform(answer, answer_shape)
        else:
            self.source = spectrum(name, shape, bins)
            self.answer = spectrum(answer, answer_shape, self.source.bins)
            if (self.features == "complex") is not (self.source.part is not None):
                wanted = "an axis of 2 parts" if self.features == "complex" else "no axis of parts"
                raise BadOption(f"tensor {name!r} {shown(shape)}: features={self.features} wants {wanted}")
            if self.source.size not in (None, 1):
                raise BadOption(f"tensor {name!r} takes {self.source.size} frames; wants 1, or any number")
        # Zeros before the first frame, and one of each size that may be any.
        self._states = [np.zeros([size or 1 for size in shape], np.float32) for _, shape in states]
        self._order = _paired(states, kept)

    @property
    def frame(self) -> int | None:
        """Return the samples of a frame; None where it takes a whole clip of audio."""
        if self.features == "waveform":
            return self.source.size
        assert self.source.bins is not None
        return self._reading.n_fft or 2 * (self.source.bins - 1)

    def whole(self, noisy: Samples) -> Samples:
        """Return the estimate of a clip of audio, all at once."""
        [estimate, *_] = self._runtime.run([self.source.pack(noisy), *self._states])
        return np.asarray(self.answer.unpack(estimate), np.float32)

    def frames(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the estimates of frames [frame, length], in order, from the beginning of a clip."""
        if self.features == "waveform":
            return np.concatenate(self._through(list(frames[:, None])))
        window = window_of(self._reading.window, frames.shape[1])
        spectra = np.fft.rfft(frames * window).T  # [frequency, frame]
        seen = self._seen(spectra)
        pieces = [seen] if self.source.size is None else np.split(seen, seen.shape[1], axis=1)
        said = np.concatenate(self._through(pieces), axis=1)
        return np.fft.irfft(self._meant(said, spectra).T, frames.shape[1]).astype(np.float32)

    def _through(self, pieces: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Run the model on one piece after the other, handing on its states."""
        states, said = self._states, []
        for piece in pieces:
            values = piece[0] if self.features == "waveform" else piece
            [answer, *kept] = self._runtime.run([self.source.pack(values), *states])
            states = [kept[place] for place in self._order]
            told = self.answer.unpack(answer)
            said.append(told[None] if self.features == "waveform" else told)
        return said

    def _seen(self, spectra: NDArray[Any]) -> Any:
        if self.features == "complex":
            return np.stack([spectra.real, spectra.imag], axis=-1)
        power = np.abs(spectra) ** 2
        return np.log10(np.maximum(power, _LEAST_POWER)) if self.features == "log_power" else np.sqrt(power)

    def _meant(self, said: Any, spectra: Any) -> Any:
        output = self._reading.output or ("mask" if self.answer.part is None else "spectrum")
        if self.answer.part is not None:
            said = said[..., 0] + 1j * said[..., 1]
        elif output == "spectrum":  # magnitudes: the phase stays what it was
            return said * np.exp(1j * np.angle(spectra))
        return said * spectra if output == "mask" else said


class ModelDenoiser(Denoiser):
    """Denoise by models in files, one after the other on the same frames."""

    def __init__(
        self, paths: Sequence[Path], stages: Sequence[Stage], sample_rate: int, reading: Reading, delay: int
    ) -> None:
        self.sample_rates = (sample_rate,)
        self._paths, self._stages, self._reading, self._delay = paths, stages, reading, delay
        frames = {stage.frame for stage in stages}
        if len(frames) > 1:
            raise BadOption(
                f"the models take frames of {', '.join(map(str, frames))} samples; wants one length"
            )
        [self._frame] = frames
        hop = reading.hop or (self._frame and (self._frame if self._by_ear else self._frame // 2))
        if self._frame and hop and not 1 <= hop <= self._frame:
            raise BadOption(f"hop={hop}: frames have {self._frame} samples; valid: 1 to {self._frame}")
        self._hop = hop

    @property
    def _by_ear(self) -> bool:
        """Say whether what comes out last is audio: then frames are added up as they are."""
        return self._stages[-1].features == "waveform"

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        late = np.pad(noisy, (0, self._delay))
        if self._frame is None or self._hop is None:
            estimate = late
            for stage in self._stages:
                estimate = stage.whole(estimate)
        else:
            # Half a frame, as is usual; where frames are added as they are, each sample is in as many.
            before = self._frame - self._hop if self._by_ear else self._frame // 2
            frames = cut(late, self._frame, self._hop, before)
            for stage in self._stages:
                frames = stage.frames(frames)
            if not self._by_ear:
                window = window_of(self._reading.window, self._frame)
                weight = add(np.tile(window**2, (len(frames), 1)), self._hop, before, late.size)
                total = add(frames * window, self._hop, before, late.size)
                estimate = (total / np.maximum(weight, 1e-8)).astype(np.float32)
            else:
                estimate = add(frames, self._hop, before, late.size)
        estimate = estimate[self._delay :]
        if abs(estimate.size - noisy.size) > 0.1 * sample_rate:
            raise BadPlugin(f"{self._paths[-1].name} gave {estimate.size} samples for {noisy.size}")
        return np.pad(estimate[: noisy.size], (0, max(0, noisy.size - estimate.size)))

    def fingerprint(self) -> str:
        files = dict.fromkeys(file for path in self._paths for file in _files(path.expanduser()))
        digests = (hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file())
        return " ".join(digest[:12] for digest in digests)


def _files(path: Path) -> list[Path]:
    """Return a model file and those of its large weights: NAME.data, and what an ONNX file names."""
    # A protobuf entry of a tensor's `external_data`: the key `location`, then a file beside the model.
    named = re.findall(rb"(?s)\n\x08location\x12(?=([\x01-\x7f])(.{1,127}))", path.read_bytes())
    places = dict.fromkeys(name[: size[0]].decode(errors="replace") for size, name in named)
    return [path, path.with_name(f"{path.name}.data"), *(path.parent / place for place in places)]


def _guessed(shape: Shape, bins: int | None) -> Features:
    if not (bins and bins in shape) and guessed_bins(shape) is None:
        return "waveform"
    return "complex" if 2 in shape[1:] else "magnitude"


def _paired(states: Sequence[tuple[str, Shape]], kept: Sequence[tuple[str, Shape]]) -> list[int]:
    """Return which output, counted after the first, each state is found in: the next one of its shape."""
    free = list(range(len(kept)))
    order = []
    for name, shape in states:
        alike = [place for place in free if _alike(shape, kept[place][1])]
        if not alike:
            left = ", ".join(f"{kept[place][0]} {shown(kept[place][1])}" for place in free) or "none"
            raise BadOption(f"input {name!r} {shown(shape)}: no output has its shape; left are: {left}")
        order.append(alike[0])
        free.remove(alike[0])
    return order


def _alike(shape: Shape, other: Shape) -> bool:
    sizes = zip(shape, other, strict=False)
    return len(shape) == len(other) and all(a == b or None in (a, b) for a, b in sizes)
