"""A network as an ONNX file: real numbers throughout, and the STFT as convolutions where it is inside."""

import warnings
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchbox.errors import BadOption
from benchbox.spectral import Stft
from benchbox_unets.network import Network
from benchbox_unets.presets import POWER, QUIET

OPSET = 17


def export(network: Network, path: Path, sample_rate: int, *, spectra: bool) -> None:
    """Write a network as ONNX, opset 17, float32, for any number of clips of any length.

        audio      noisy [batch, time]                   ->  estimate [batch, time]
        spectra    noisy [batch, 2, frequency, frame]    ->  estimate, alike; real parts, then imaginary ones

    Spectra are of frames under a periodic Hann window, half a frame of zeros before the first sample, at any
    scale. The file's metadata says what `onnx(path=...)` needs to know.

    Raises:
        BadOption: the network takes its input for something else than spectra to be masked, or is causal.
    """
    config = network.config
    if config.causal:
        raise BadOption(
            "the network for live audio remembers what came before, and cannot be exported yet; "
            "valid: every other preset but paper"
        )
    if (config.scaling, config.align) != ("compressed", "pad") or config.part not in ("complex", "magnitude"):
        raise BadOption(
            f"part={config.part}, scaling={config.scaling}, align={config.align} cannot be exported; "
            "valid: part=complex or magnitude, scaling=compressed, align=pad (all presets but paper)"
        )
    made = Spectra(network) if spectra else Audio(network)
    # The shortest one for which no size is 1: a size of 1 is taken for one that stays.
    length = network.stft.length * 8
    noisy = torch.randn(1, length)
    if spectra:
        spectrum = network.stft.analyze(noisy)
        noisy = torch.stack([spectrum.real, spectrum.imag], dim=1)
    axes = {0: "batch", (3 if spectra else 1): "frame" if spectra else "time"}
    with warnings.catch_warnings():
        # The newer exporter wants another package; and the tracer warns of sizes that are the same for all.
        warnings.simplefilter("ignore")
        register: Any = getattr(torch.onnx, "register_custom_op_symbolic")  # noqa: B009 - not in its stubs
        register("aten::mT", _transposed, OPSET)
        torch.onnx.export(
            made.eval(),
            (noisy,),
            str(path),
            input_names=["noisy"],
            output_names=["estimate"],
            dynamic_axes={"noisy": axes, "estimate": axes},
            opset_version=OPSET,
            dynamo=False,
        )
    told: dict[str, object] = {"sample_rate": sample_rate, "features": "complex" if spectra else "waveform"}
    if spectra:
        told |= {"n_fft": network.stft.length, "hop": network.stft.hop}
        told |= {"window": network.stft.window, "output": "spectrum"}
    _tell(path, told)


class Spectra(nn.Module):
    """Real and imaginary parts in, real and imaginary parts out: [batch, 2, frequency, frame]."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.backbone, self.complex = network.backbone, network.config.part == "complex"
        self.bins = network.stft.bins

    def forward(self, noisy: Tensor) -> Tensor:
        level = noisy.square().sum(1, keepdim=True).mean((2, 3), keepdim=True).sqrt().clamp_min(1e-12)
        real, imag = (noisy / level).unbind(1)  # [batch, frequency, frame]
        log_power = (real * real + imag * imag).clamp_min(QUIET**2).log()
        magnitude, gain = torch.exp(POWER / 2 * log_power), torch.exp((POWER - 1) / 2 * log_power)
        seen = [real * gain, imag * gain, magnitude] if self.complex else [magnitude]
        mask = self._outputs(torch.stack(seen, dim=1))
        if not self.complex:
            return mask * noisy
        across, up = mask.unbind(1)
        return torch.stack([across * real - up * imag, across * imag + up * real], dim=1) * level

    def _outputs(self, features: Tensor) -> Tensor:
        """Do what `Backbone.forward` does, in words that a tracer understands."""
        net, frames = self.backbone, features.shape[3]
        kept = self.bins - (self.bins % net.group == 1)
        # A tracer takes what is padded for a number, so more than enough; what is kept it counts.
        most = net.halvings - 1
        whole = frames + most - (frames + most) % net.halvings
        padded = F.pad(features[:, :, :kept], (0, most, 0, -kept % net.group))
        x = net.inward(padded[..., :whole])
        skips = []
        for stage in net.down:
            x = stage(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = net.to_code(net.bottom(x))
        if net.quantizer is not None:
            x = net.quantizer(x).latent
        x = net.from_code(x)
        for up in net.up:
            x = up(x, skips.pop())
        x = net.outward(x)[:, :, : self.bins, :frames]
        missing = self.bins - (kept + -kept % net.group)
        return F.pad(x, (0, 0, 0, missing), mode="replicate") if missing > 0 else x


class Audio(nn.Module):
    """Samples in, samples out: [batch, time]. `Stft` as two convolutions around `Spectra`."""

    analysis: Tensor
    synthesis: Tensor
    squares: Tensor

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.stft: Stft = network.stft
        self.spectra = Spectra(network)
        length = self.stft.length
        window = _window(self.stft)
        turns = torch.outer(torch.arange(self.stft.bins), torch.arange(length)).double() / length
        angles = 2 * torch.pi * turns
        waves = torch.cat([angles.cos(), -angles.sin()])[:, None]  # [real and imaginary parts, 1, time]
        # All bins but the first, and the last of an even length, stand for two.
        twice = torch.full((self.stft.bins,), 2.0, dtype=torch.float64)
        twice[0] = 1
        if length % 2 == 0:
            twice[-1] = 1
        self.register_buffer("analysis", (waves * window / window.sum()).float())
        back = waves * twice.repeat(2)[:, None, None] / length * window * window.sum()
        self.register_buffer("synthesis", back.float())
        self.register_buffer("squares", window.square()[None, None].float())

    def forward(self, noisy: Tensor) -> Tensor:
        time, half, hop = noisy.shape[1], self.stft.length // 2, self.stft.hop
        # At least up to a whole hop; what fills no frame makes none.
        padded = F.pad(noisy[:, None], (half, half + hop - 1))
        parts = F.conv1d(padded, self.analysis, stride=hop)  # [batch, 2 x frequency, frame]
        # Not by views, for which a tracer writes all sizes down.
        spectrum = torch.stack(torch.split(parts, self.stft.bins, dim=1), dim=1)
        estimate = torch.cat(self.spectra(spectrum).unbind(1), dim=1)
        total = F.conv_transpose1d(estimate, self.synthesis, stride=hop)
        weight = F.conv_transpose1d(torch.ones_like(estimate[:, :1]), self.squares, stride=hop)
        return (total / weight.clamp_min(1e-8))[:, 0, half : half + time]


def _transposed(graph: Any, matrices: Any) -> Any:
    """Say in ONNX what `Tensor.mT` of [batch, row, column] is, which the exporter does not know."""
    return graph.op("Transpose", matrices, perm_i=[0, 2, 1])


def _window(stft: Stft) -> Tensor:
    import scipy.signal

    window: Tensor = torch.from_numpy(scipy.signal.get_window(stft.window, stft.length))
    return window


def _tell(path: Path, facts: dict[str, object]) -> None:
    import onnx

    model = onnx.load(path)
    onnx.helper.set_model_props(model, {name: str(value) for name, value in facts.items()})
    onnx.save(model, path)
