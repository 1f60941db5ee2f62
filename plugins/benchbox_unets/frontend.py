"""Between spectra and what the network sees and says; spectra are complex [batch, frequency, frame]."""

import math
from abc import abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn

from benchbox_unets.presets import POWER, QUIET, Part

MEL_BANDS = 64


class Frontend(nn.Module):
    """Turn a spectrum into real channels, and the network's outputs into an estimate of the clean one."""

    inputs: int
    outputs: int

    @abstractmethod
    def level(self, noisy: Tensor) -> Tensor:
        """Return what to divide spectra by first, [batch, 1, 1]."""

    @abstractmethod
    def features(self, spectrum: Tensor) -> Tensor:
        """Return what the network sees of a levelled spectrum, [batch, channel, frequency, frame]."""

    @abstractmethod
    def values(self, spectrum: Tensor) -> Tensor:
        """Return what estimate and truth are compared in, [batch, channel, frequency, frame]."""

    @abstractmethod
    def estimate(self, outputs: Tensor, noisy: Tensor) -> Tensor:
        """Return the levelled estimate that the network's outputs mean for the levelled noisy spectrum."""


class MaskFrontend(Frontend):
    """See the spectrum compressed and at unit level, say a mask: input level can make no difference."""

    bands: Tensor

    def __init__(self, part: Part, bins: int, sample_rate: int) -> None:
        super().__init__()
        self.part = part
        self.inputs, self.outputs = (3, 2) if part == "complex" else (1, 1)
        bands = mel_bands(bins, sample_rate) if part == "mel" else torch.empty(0)
        self.register_buffer("bands", bands, persistent=False)

    def level(self, noisy: Tensor) -> Tensor:
        power = noisy.real.square() + noisy.imag.square()
        return power.mean((1, 2), keepdim=True).sqrt().clamp_min(1e-12)

    def features(self, spectrum: Tensor) -> Tensor:
        if self.part != "complex":
            return self.values(spectrum)
        # Noise shows in the magnitude: a network can find it from the two parts, but that takes time.
        compressed = compress(spectrum)
        return torch.stack([compressed.real, compressed.imag, compressed.magnitude], dim=1)

    def values(self, spectrum: Tensor) -> Tensor:
        if self.part == "complex":
            compressed = compress(spectrum)
            return torch.stack([compressed.real, compressed.imag], dim=1)
        if self.part == "real":
            return compress(torch.complex(spectrum.real, torch.zeros_like(spectrum.real))).real[:, None]
        if self.part == "magnitude":
            return compress(spectrum).magnitude[:, None]
        return (self.bands @ spectrum.abs())[:, None].clamp_min(QUIET) ** POWER  # one band a row

    def estimate(self, outputs: Tensor, noisy: Tensor) -> Tensor:
        if self.part == "complex":
            return torch.complex(outputs[:, 0], outputs[:, 1]) * noisy
        mask = outputs[:, 0]
        if self.part == "real":
            return torch.complex(mask * noisy.real, torch.zeros_like(noisy.real))
        if self.part == "mel":
            # Each bin follows the bands it belongs to.
            shares = self.bands / self.bands.sum(0).clamp_min(1e-6)
            mask = shares.T @ mask
        return mask * noisy


class ValueFrontend(Frontend):
    """See the spectrum less one mean over one standard deviation, say values alike: the paper's way.

    Both are measured on training spectrograms by `standardise`, and are weights like any other.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, part: Part) -> None:
        super().__init__()
        self.part = part
        self.inputs = self.outputs = 2 if part == "complex" else 1
        self.register_buffer("mean", torch.tensor(0.0))
        self.register_buffer("deviation", torch.tensor(1.0))

    def standardise(self, spectrum: Tensor) -> None:
        """Measure the mean and the standard deviation."""
        raw = self._raw(spectrum)
        self.mean.copy_(raw.mean())
        self.deviation.copy_(raw.std().clamp_min(1e-12))

    def level(self, noisy: Tensor) -> Tensor:
        return torch.ones_like(noisy.real[:, :1, :1])

    def features(self, spectrum: Tensor) -> Tensor:
        return self.values(spectrum)

    def values(self, spectrum: Tensor) -> Tensor:
        return (self._raw(spectrum) - self.mean) / self.deviation

    def estimate(self, outputs: Tensor, noisy: Tensor) -> Tensor:
        raw = outputs * self.deviation + self.mean
        if self.part == "complex":
            return torch.complex(raw[:, 0], raw[:, 1])
        if self.part == "real":
            return torch.complex(raw[:, 0], torch.zeros_like(raw[:, 0]))
        return raw[:, 0].clamp_min(0) * noisy / noisy.abs().clamp_min(1e-12)

    def _raw(self, spectrum: Tensor) -> Tensor:
        if self.part == "complex":
            return torch.stack([spectrum.real, spectrum.imag], dim=1)
        return (spectrum.real if self.part == "real" else spectrum.abs())[:, None]


class Compressed(NamedTuple):
    """A spectrum whose magnitude was raised to `POWER` and whose phase was kept."""

    magnitude: Tensor
    real: Tensor
    imag: Tensor


def compress(spectrum: Tensor) -> Compressed:
    # Contiguous parts, logarithms and no abs() of complex numbers: three times as fast, and the
    # gradient at zero exists.
    real, imag = spectrum.real.contiguous(), spectrum.imag.contiguous()
    log_power = (real * real + imag * imag).clamp_min(QUIET**2).log()
    gain = torch.exp((POWER - 1) / 2 * log_power)
    return Compressed(torch.exp(POWER / 2 * log_power), real * gain, imag * gain)


def mel_bands(bins: int, sample_rate: int) -> Tensor:
    """Return triangular bands [band, frequency], equally spaced in mel, each adding up to 1."""
    top = sample_rate / 2
    mel = torch.linspace(0, 2595 * math.log10(1 + top / 700), MEL_BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    frequencies = torch.linspace(0, top, bins)
    # Without a margin the bins at 0 Hz and at the top would belong to no band.
    edges[0], edges[-1] = -top / (bins - 1), top + top / (bins - 1)
    # A low band may be narrower than a bin: it then takes in the bins around its centre.
    width = torch.clamp(edges.diff(), min=top / (bins - 1))
    rising = 1 - (edges[1:-1, None] - frequencies) / width[:-1, None]
    falling = 1 - (frequencies - edges[1:-1, None]) / width[1:, None]
    bands = torch.minimum(rising, falling).clamp_min(0)
    return bands / bands.sum(1, keepdim=True)
