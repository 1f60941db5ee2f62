"""How far an estimate is from the clean signal; spectra are levelled, complex [batch, frequency, frame]."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from benchbox_unets.frontend import compress

BARK_BANDS = 42
ZWICKER = 0.23
"""Loudness grows with the power of a sound to this power."""
QUIET = 1e-4
"""Power below which nothing is heard, relative to the clean signal's mean."""
TROUBLE = 1e-2
"""Power that keeps the asymmetry of quiet sounds finite."""


def compressed_spectral(estimate: Tensor, clean: Tensor) -> Tensor:
    """Compare compressed magnitudes, and, at half the weight, compressed complex values."""
    guess, truth = compress(estimate), compress(clean)
    in_the_plane = F.mse_loss(guess.real, truth.real) + F.mse_loss(guess.imag, truth.imag)
    return F.mse_loss(guess.magnitude, truth.magnitude) + 0.5 * in_the_plane


def loudness_disturbance(estimate: Tensor, clean: Tensor, bands: Tensor) -> Tensor:
    """Return how much more or less loud the estimate is, band by band, as PESQ judges it.

    After the disturbances of ITU-T P.862: differences in loudness on a Bark scale, where small ones do not
    count (masking), plus those that were added rather than lost, which annoy more (asymmetry). Frames of one
    size, no time alignment, no level equalisation: what makes it differentiable and cheap.
    Martin-Donas et al. 2018 follow P.862 more closely.

    Args:
        bands: `bark_bands` [band, frequency].
    """
    mean = _power(clean).mean((1, 2), keepdim=True).clamp_min(1e-12)
    powers, true_powers = bands @ (_power(estimate) / mean), bands @ (_power(clean) / mean)
    loud, true_loud = (powers + QUIET) ** ZWICKER, (true_powers + QUIET) ** ZWICKER
    difference = loud - true_loud
    masked = 0.25 * (torch.minimum(loud, true_loud) - QUIET**ZWICKER)
    heard = difference.sign() * (difference.abs() - masked).clamp_min(0)
    ratio = ((powers + TROUBLE) / (true_powers + TROUBLE)) ** 1.2
    added = torch.where(ratio < 3, 0.0, ratio.clamp_max(12)) * heard.clamp_min(0)
    disturbance: Tensor = (heard.square().mean(1) + 1e-8).sqrt().mean() + 0.3 * added.mean()
    return disturbance


def si_sdr_db(estimate: Tensor, clean: Tensor) -> Tensor:
    """Return the scale-invariant signal-to-distortion ratio of audio [batch, time] in dB, [batch].

    Le Roux et al. 2019. Bounded at about 60 dB, and finite for silence.
    """
    clean = clean / clean.square().mean(-1, keepdim=True).sqrt().clamp_min(1e-8)
    estimate = estimate / estimate.square().mean(-1, keepdim=True).sqrt().clamp_min(1e-8)
    target = (estimate * clean).mean(-1, keepdim=True) * clean
    signal, distortion = target.square().mean(-1), (estimate - target).square().mean(-1)
    return 10 * torch.log10((signal + 1e-6) / (distortion + 1e-6))


def bark_bands(bins: int, sample_rate: int) -> Tensor:
    """Return triangular bands [band, frequency], equally spaced in Bark (Wang 1992), each adding up to 1."""
    bark = 6 * torch.asinh(torch.linspace(0, sample_rate / 2, bins) / 600)
    lowest, highest = 0.5, 6 * math.asinh(sample_rate / 1200) - 0.2
    centres = torch.linspace(lowest, highest, BARK_BANDS)
    # Low bands are narrower than a bin is wide: they would catch none.
    width = max((highest - lowest) / (BARK_BANDS - 1), 0.35)
    bands = (1 - (bark - centres[:, None]).abs() / width).clamp_min(0)
    return bands / bands.sum(1, keepdim=True)


def _power(spectrum: Tensor) -> Tensor:
    return spectrum.real.square() + spectrum.imag.square()
