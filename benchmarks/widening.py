"""Widen a trained network without changing what it does, so that it goes on learning with more channels.

Net2WiderNet (Chen, Goodfellow and Shlens 2016): new channels are copies of old ones, and what follows takes
a share of its input from each copy. A little noise on the copies lets them grow apart.
"""

from collections.abc import Sequence
from typing import Any

import torch
from benchbox_unets.network import Network
from torch import nn

NOISE = 0.05
"""Of the copies' kernels, relative to their spread."""


class Widened:
    """The channels of a wider map: which old one each copies, and what share of it each stands for."""

    def __init__(self, before: int, after: int, dice: torch.Generator) -> None:
        self.before = before
        copied = torch.randperm(before, generator=dice)[: after - before]
        self.source = torch.cat([torch.arange(before), copied])
        self.shares = torch.ones(after)
        # Unequal shares: equal ones would give both copies the same gradients for ever.
        self.shares[before:] = 0.3 + 0.4 * torch.rand(after - before, generator=dice)
        self.shares[copied] = 1 - self.shares[before:]


class Growth:
    """Carry the weights of `old` over into the wider `new`."""

    def __init__(self, seed: int, noise: float = NOISE) -> None:
        self.dice = torch.Generator().manual_seed(seed)
        self.noise = noise

    @torch.no_grad()
    def network(self, old: Network, new: Network) -> None:
        a: Any = old.backbone
        b: Any = new.backbone
        x = self.layer(a.inward, b.inward, [])
        skips = []
        for narrow, wide in zip([*a.down, a.bottom], [*b.down, b.bottom], strict=True):
            x = self.stage(narrow, wide, [x])
            skips.append(x)
        self.layer(a.to_code, b.to_code, [skips.pop()])
        b.quantizer.load_state_dict(a.quantizer.state_dict())
        x = self.layer(a.from_code, b.from_code, [])
        for narrow_up, wide_up in zip(a.up, b.up, strict=True):
            x = self.layer(narrow_up.upsample, wide_up.upsample, [x])
            x = self.stage(narrow_up.stage, wide_up.stage, [x, skips.pop()])
        self.layer(a.outward, b.outward, [x])

    def stage(self, old: Any, new: Any, inputs: Sequence[Widened]) -> Widened:
        x = self.layer(old[0], new[0], inputs)
        self.norm(old[1], new[1], x)
        x = self.layer(old[3], new[3], [x])
        self.norm(old[4], new[4], x)
        squeezed = self.layer(old[6].squeeze, new[6].squeeze, [x])
        self.layer(old[6].excite, new[6].excite, [squeezed], x)
        return x

    def layer(self, old: Any, new: Any, inputs: Sequence[Widened], outputs: Widened | None = None) -> Widened:
        """Fill a layer whose inputs are the concatenation of `inputs`; none: they are as many as before."""
        transposed = isinstance(old, nn.ConvTranspose2d)
        weight = old.weight.transpose(0, 1) if transposed else old.weight
        after = (new.weight.transpose(0, 1) if transposed else new.weight).shape[0]
        outputs = outputs or Widened(weight.shape[0], after, self.dice)
        if inputs:
            offsets = [sum(one.before for one in inputs[:index]) for index in range(len(inputs))]
            source = torch.cat([one.source + offset for one, offset in zip(inputs, offsets, strict=True)])
            shares = torch.cat([one.shares for one in inputs])
            weight = weight[:, source] * shares.view(-1, *[1] * (weight.ndim - 2))
        weight = weight[outputs.source].clone()
        copies = weight[outputs.before :]
        copies += self.noise * weight.std() * torch.randn(copies.shape, generator=self.dice)
        new.weight.copy_(weight.transpose(0, 1) if transposed else weight)
        if old.bias is not None:
            new.bias.copy_(old.bias[outputs.source])
        return outputs

    def norm(self, old: nn.BatchNorm2d, new: nn.BatchNorm2d, channels: Widened) -> None:
        for name, values in old.state_dict().items():
            new.state_dict()[name].copy_(values[channels.source] if values.ndim else values)


def widened(old: Network, new: Network, seed: int) -> Network:
    """Return `new`, wider than `old`, doing (nearly) what `old` does."""
    Growth(seed).network(old, new)
    return new
