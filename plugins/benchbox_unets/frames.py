"""The network of `causal`, frame by frame, in numpy: for one frame at a time torch costs more than it does.

Maps are [frequency, channel], so that what a convolution sees lies side by side in memory and every
convolution is one product of matrices. All audio goes this way, live or not: the result is the same to the
last bit however it is cut into blocks.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from benchbox_unets.presets import POWER, QUIET, SILENT, Config

if TYPE_CHECKING:
    from benchbox_unets.network import Network

Map: TypeAlias = NDArray[np.float32]
Weights: TypeAlias = Mapping[str, Map]
"""By the names that they have in `Network.state_dict()`."""


class FrameNetwork:
    """What a trained causal network does to one frame after the other.

    Args:
        weights: of the network; they are copied, so that one set serves many streams.
    """

    def __init__(self, config: Config, weights: Weights) -> None:
        stages = range(config.stages)
        self.stages = config.stages
        self.bass, self.treble = config.fold, config.treble_fold
        self.level = _RunningMean(config.decay)
        self.inward = [_folding(weights, f"backbone.inward.{half}") for half in ("bass", "treble")]
        self.outward = [_unfolding(weights, f"backbone.outward.{half}") for half in ("bass", "treble")]
        self.down = [_Stage(weights, f"backbone.down.{stage}", config.decay) for stage in stages]
        self.bottom = _Stage(weights, "backbone.bottom", config.decay)
        self.memory = _Recurrent(weights, "backbone.memory")
        self.to_code = _pointwise(weights, "backbone.to_code")
        weight, bias = _pointwise(weights, "backbone.from_code")
        self.codebook: Map | None = weights.get("backbone.quantizer.codebook")
        if self.codebook is not None:
            self.squares = np.square(self.codebook).sum(1)
            # What each code becomes is known beforehand.
            self.decoded = self.codebook @ weight + bias
        self.from_code = weight, bias
        self.upsample = [_unfolding(weights, f"backbone.up.{stage}.upsample") for stage in stages]
        self.up = [_Stage(weights, f"backbone.up.{stage}.stage", config.decay) for stage in stages]

    def __call__(self, spectrum: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return the estimate of the clean frame, [frequency]."""
        real, imag = spectrum.real, spectrum.imag
        power = real * real + imag * imag
        level = max(float(np.sqrt(self.level(power.mean()))), SILENT)
        log_power = np.log(np.maximum(power / np.float32(level**2), np.float32(QUIET**2)))
        gain = np.exp(np.float32((POWER - 1) / 2) * log_power) / np.float32(level)
        magnitude = np.exp(np.float32(POWER / 2) * log_power)
        # The top bin is left out, and follows its neighbour.
        mask = self._mask(np.stack([real * gain, imag * gain, magnitude], axis=1)[:-1])
        whole = np.concatenate([mask, mask[-1:]])
        return (whole[:, 0] + np.complex64(1j) * whole[:, 1]) * spectrum

    def _mask(self, features: Map) -> Map:
        """Return [frequency, 2], real and imaginary part, for features [frequency, channel]."""
        half = len(features) // 2
        x = np.concatenate(
            [
                part.reshape(half // fold, -1) @ weight + bias
                for part, fold, (weight, bias) in zip(
                    (features[:half], features[half:]), (self.bass, self.treble), self.inward, strict=True
                )
            ]
        )
        skips = []
        for stage in self.down:
            x = stage(x)
            skips.append(x)
            x = x.reshape(len(x) // 2, 2, -1).max(1)
        x = self.bottom(x)
        x = x + self.memory(x)
        weight, bias = self.to_code
        x = x @ weight + bias
        if self.codebook is not None:
            x = self.decoded[np.argmin(self.squares - 2 * (x @ self.codebook.T), axis=1)]
        else:
            x = x @ self.from_code[0] + self.from_code[1]
        for (weight, bias), stage in zip(self.upsample, self.up, strict=True):
            x = (x @ weight + bias).reshape(2 * len(x), -1)
            x = stage(np.concatenate([x, skips.pop()], axis=1))
        rows = half // self.bass
        return np.concatenate(
            [
                (part @ weight + bias).reshape(half, -1)
                for part, (weight, bias) in zip((x[:rows], x[rows:]), self.outward, strict=True)
            ]
        )


class _RunningMean:
    """The mean of what came so far, the older counting less and less: `causal.running_mean`."""

    def __init__(self, decay: float) -> None:
        self.decay = np.float32(decay)
        self.total: Map | np.float32 = np.float32(0)
        self.count = np.float32(0)

    def __call__(self, value: Map | np.float32) -> Map | np.float32:
        self.total = self.decay * self.total + value
        self.count = self.decay * self.count + np.float32(1)
        return self.total / self.count


class _Stage:
    """`causal.CausalStage`, with its batch norms in the kernels."""

    def __init__(self, weights: Weights, name: str, decay: float) -> None:
        self.convolutions = [_Convolution(weights, name, number) for number in range(2)]
        self.squeeze, self.excite = (_linear(weights, f"{name}.{layer}") for layer in ("squeeze", "excite"))
        self.mean = _RunningMean(decay)

    def __call__(self, x: Map) -> Map:
        for convolution in self.convolutions:
            x = convolution(x)
        hidden = np.maximum(self.mean(x.mean(0)) @ self.squeeze[0] + self.squeeze[1], 0)
        return x * _sigmoid(hidden @ self.excite[0] + self.excite[1])


class _Convolution:
    """conv3x3 over this frame and the two before it, batch norm and ReLU."""

    def __init__(self, weights: Weights, name: str, number: int) -> None:
        norm = f"{name}.norms.{number}"
        scale = weights[f"{norm}.weight"] / np.sqrt(weights[f"{norm}.running_var"] + np.float32(1e-5))
        kernel = weights[f"{name}.convolutions.{number}.weight"] * scale[:, None, None, None]
        # [out, in, frequency, frame] -> [frequency x frame x in, out], as `seen` lies in memory.
        self.kernel = np.ascontiguousarray(kernel.transpose(2, 3, 1, 0).reshape(-1, len(kernel)))
        self.bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale
        self.inputs = kernel.shape[1]
        self.seen: Map | None = None

    def __call__(self, x: Map) -> Map:
        rows = len(x)
        if self.seen is None:
            self.seen = np.zeros((rows + 2, 3, self.inputs), np.float32)
            row, _, item = self.seen.strides
            self.patches = as_strided(self.seen, (rows, 9 * self.inputs), (row, item), writeable=False)
        self.seen[:, :2] = self.seen[:, 1:]
        self.seen[1:-1, 2] = x
        heard: Map = np.maximum(np.ascontiguousarray(self.patches) @ self.kernel + self.bias, 0)
        return heard


class _Recurrent:
    """A GRU (Cho et al. 2014, torch's variant) that keeps a state for each frequency."""

    def __init__(self, weights: Weights, name: str) -> None:
        self.inward, self.onward = (
            np.ascontiguousarray(weights[f"{name}.weight_{kind}_l0"].T) for kind in ("ih", "hh")
        )
        self.bias_in, self.bias_on = (weights[f"{name}.bias_{kind}_l0"] for kind in ("ih", "hh"))
        self.state: Map | None = None

    def __call__(self, x: Map) -> Map:
        if self.state is None:
            self.state = np.zeros_like(x)
        width = x.shape[1]
        new, old = x @ self.inward + self.bias_in, self.state @ self.onward + self.bias_on
        gates = _sigmoid(new[:, : 2 * width] + old[:, : 2 * width])
        reset, keep = gates[:, :width], gates[:, width:]
        candidate = np.tanh(new[:, 2 * width :] + reset * old[:, 2 * width :])
        self.state = candidate + keep * (self.state - candidate)
        return self.state


def weights_of(network: "Network") -> Weights:
    """Return the weights of a network as arrays."""
    return {name: weight.float().cpu().numpy() for name, weight in network.state_dict().items()}


def _sigmoid(x: Map) -> Map:
    # exp() of a large number is infinite, and the result right.
    with np.errstate(over="ignore"):
        return np.float32(1) / (np.float32(1) + np.exp(-x))


def _linear(weights: Weights, name: str) -> tuple[Map, Map]:
    return np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]


def _pointwise(weights: Weights, name: str) -> tuple[Map, Map]:
    return np.ascontiguousarray(weights[f"{name}.weight"][:, :, 0, 0].T), weights[f"{name}.bias"]


def _folding(weights: Weights, name: str) -> tuple[Map, Map]:
    """Return a matrix [frequency x in, out] from a kernel [out, in, frequency, 1]."""
    kernel = weights[f"{name}.weight"][..., 0]
    return np.ascontiguousarray(kernel.transpose(2, 1, 0).reshape(-1, len(kernel))), weights[f"{name}.bias"]


def _unfolding(weights: Weights, name: str) -> tuple[Map, Map]:
    """Return a matrix [in, frequency x out] from the kernel [in, out, frequency, 1] of the way back."""
    kernel = weights[f"{name}.weight"][..., 0]
    matrix = np.ascontiguousarray(kernel.transpose(0, 2, 1).reshape(len(kernel), -1))
    return matrix, np.tile(weights[f"{name}.bias"], kernel.shape[2])
