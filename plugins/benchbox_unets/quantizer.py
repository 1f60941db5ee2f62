"""The vector quantiser: what makes VQ-U-Net-SE a variational autoencoder with a discrete latent.

With a uniform prior over the codes the KL term of the ELBO is constant, so training minimises

    -log p(x | z_q)  +  ||sg(z_e) - e||^2  +  beta ||z_e - sg(e)||^2           (eq. 20 of the paper)
     reconstruction      codebook term        commitment term

where z_e is what the encoder says, e its nearest code, z_q = e on the way forward, and sg stops gradients.
"""

from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Quantized(NamedTuple):
    """What the quantiser gives: the latent in codes, the codes' numbers, and its own loss."""

    latent: Tensor
    """[batch, channel, frequency, frame], in value a code at each position."""
    indices: Tensor
    """[vectors], in the order of batch, frequency, frame (position) or batch, channel, ... (flattened)."""
    loss: Tensor


class VectorQuantizer(nn.Module):
    """Replace each vector by its nearest code in L2; gradients pass straight through to the encoder.

    Args:
        update: "ema" moves codes to the moving average of the vectors they stand for, so that the loss
            has no codebook term (van den Oord et al. 2017, appendix A.1), starts them from data, and gives
            codes nobody uses a new vector; "gradient" trains them as the paper does.
        layout: "position" quantises the channels at each position (the paper's eq. 18); "flattened" cuts
            the channels-first activations into runs (its published notebook): each code then covers
            neighbouring positions of one channel.
        swapped: put beta on the codebook term and 1 on the commitment term (the notebook's loss).
    """

    decay = 0.97
    dead_below = 0.03
    """A code with a smaller moving count of vectors a step is dead."""

    codebook: Tensor
    counts: Tensor
    sums: Tensor
    started: Tensor

    def __init__(
        self,
        codes: int,
        code_dim: int,
        beta: float,
        update: Literal["ema", "gradient"] = "ema",
        layout: Literal["position", "flattened"] = "position",
        swapped: bool = False,
    ) -> None:
        super().__init__()
        self.beta, self.update, self.layout, self.swapped = beta, update, layout, swapped
        start = torch.empty(codes, code_dim).uniform_(-(codes**-0.5), codes**-0.5)
        if update == "gradient":
            self.codebook = nn.Parameter(start)
        else:
            self.register_buffer("codebook", start)
            self.register_buffer("sums", torch.zeros(codes, code_dim))
            self.register_buffer("started", torch.tensor(False))
        # Counts are kept for both: they tell how much of the codebook is in use.
        self.register_buffer("counts", torch.zeros(codes))
        self.commitment = 0.0

    def forward(self, encoded: Tensor) -> Quantized:
        vectors = self._vectors(encoded)  # [vectors, code_dim]
        if self.update == "ema" and self.training and not self.started:
            self._start(vectors.detach())
        indices = self.nearest(vectors)
        codes = F.embedding(indices, self.codebook)
        commitment = F.mse_loss(vectors, codes.detach())
        loss = self.beta * commitment
        if self.update == "gradient":
            codebook = F.mse_loss(codes, vectors.detach())
            loss = self.beta * codebook + commitment if self.swapped else codebook + loss
        if self.training:
            self._count(vectors.detach(), indices)
            self.commitment = commitment.item()
        # Straight-through: gradients skip the argmin.
        straight = vectors + (codes - vectors).detach()
        return Quantized(self._latent(straight, encoded.shape), indices, loss)

    def nearest(self, vectors: Tensor) -> Tensor:
        """Return the number of each vector's nearest code, [vectors]."""
        # |v - e|^2 without |v|^2, which is the same for every code.
        return torch.addmm(self.codebook.square().sum(1), vectors, self.codebook.T, alpha=-2).argmin(1)

    @torch.no_grad()
    def facts(self) -> dict[str, float]:
        """Return codebook usage (share of codes alive), perplexity and commitment distance (mean square)."""
        share = self.counts / self.counts.sum().clamp_min(1e-9)
        entropy = -(share * share.clamp_min(1e-12).log()).sum()
        alive = (self.counts >= self.dead_below).float().mean()
        return {
            "codebook_usage": alive.item(),
            "perplexity": entropy.exp().item(),
            "commitment_distance": self.commitment,
        }

    def _vectors(self, encoded: Tensor) -> Tensor:
        code_dim = self.codebook.shape[1]
        if self.layout == "position":
            return encoded.permute(0, 2, 3, 1).reshape(-1, code_dim)
        flat = encoded.reshape(-1)
        return F.pad(flat, (0, -flat.numel() % code_dim)).view(-1, code_dim)

    def _latent(self, vectors: Tensor, shape: torch.Size) -> Tensor:
        if self.layout == "position":
            batch, channels, frequencies, frames = shape
            return vectors.view(batch, frequencies, frames, channels).permute(0, 3, 1, 2)
        return vectors.reshape(-1)[: shape.numel()].view(shape)

    @torch.no_grad()
    def _start(self, vectors: Tensor) -> None:
        """Start from data: codes far from every vector would never be chosen."""
        chosen = vectors[torch.randint(len(vectors), (len(self.codebook),), device=vectors.device)]
        self.codebook.copy_(chosen)
        self.sums.copy_(chosen)
        self.counts.fill_(1.0)
        self.started.fill_(True)

    @torch.no_grad()
    def _count(self, vectors: Tensor, indices: Tensor) -> None:
        used = torch.bincount(indices, minlength=len(self.codebook)).to(self.counts)
        self.counts.lerp_(used, 1 - self.decay)
        if self.update == "gradient":
            return
        self.sums.mul_(self.decay).index_add_(0, indices, vectors, alpha=1 - self.decay)
        self.codebook.copy_(self.sums / self.counts.clamp_min(1e-6)[:, None])
        self._revive(vectors)

    def _revive(self, vectors: Tensor) -> None:
        """Move codes that nobody uses to where there are vectors."""
        dead = (self.counts < self.dead_below).nonzero()[:, 0]
        if len(dead):
            chosen = vectors[torch.randint(len(vectors), (len(dead),), device=vectors.device)]
            # As much trust as ten times the count of death: time to find vectors of its own.
            self.counts[dead] = 10 * self.dead_below
            self.codebook[dead] = chosen
            self.sums[dead] = 10 * self.dead_below * chosen
