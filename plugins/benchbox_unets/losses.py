"""How far an estimate is from the clean signal."""

import torch
import torch.nn.functional as F
from torch import Tensor

from benchbox_unets.frontend import compress, magnitude


def compressed_spectral(estimate: Tensor, clean: Tensor) -> Tensor:
    """Compare compressed magnitudes, and, at half the weight, compressed complex values."""
    # Twice the mean over real and imaginary parts is the mean square distance in the plane.
    complex_part = 2 * F.mse_loss(compress(estimate), compress(clean))
    return F.mse_loss(magnitude(estimate), magnitude(clean)) + 0.5 * complex_part


def si_sdr_db(estimate: Tensor, clean: Tensor) -> Tensor:
    """Return the scale-invariant signal-to-distortion ratio of audio [batch, time] in dB, [batch].

    Le Roux et al. 2019. Bounded at about 60 dB, and finite for silence.
    """
    clean = clean / clean.square().mean(-1, keepdim=True).sqrt().clamp_min(1e-8)
    estimate = estimate / estimate.square().mean(-1, keepdim=True).sqrt().clamp_min(1e-8)
    target = (estimate * clean).mean(-1, keepdim=True) * clean
    signal, distortion = target.square().mean(-1), (estimate - target).square().mean(-1)
    return 10 * torch.log10((signal + 1e-6) / (distortion + 1e-6))
