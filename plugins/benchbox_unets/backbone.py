"""The network both denoisers share; `unet` is `vqunet` with nothing at the bottleneck."""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchbox_unets.blocks import Stage, TwoFolds, Up
from benchbox_unets.quantizer import VectorQuantizer


class Backbone(nn.Module):
    """Map features to as many output channels at the same frequencies and frames.

        x ─ fold ─ stage ──────────── skip ───────────── up ─ unfold ─ y       widths[0]
                     └ pool ─ stage ─ skip ─ up ─────────┘                     widths[1]
                                └ pool ─ stage ─ project ─ quantize ─ project ┘

    Folding turns `fold` neighbouring frequencies into channels, so that the widest maps, and with them
    most of the cost, are `fold` times smaller.

    Args:
        widths: channels of each stage down to the bottleneck.
        align: what to do with sizes that do not halve evenly: "resize" as the paper does, after each
            upsampling; "pad" once, before the first stage, where every frame stays in its place.
        code_dim: channels between the two projections; 0 leaves both out.
        reach: frames before and after each that squeeze and excitation averages over; none: all.
        treble_fold: another fold for the upper half of the frequencies; 0: the same one.
    """

    def __init__(
        self,
        features: int,
        outputs: int,
        widths: tuple[int, ...],
        *,
        fold: int,
        dropout: float,
        reduction: int,
        align: Literal["pad", "resize"],
        code_dim: int,
        reach: int | None = None,
        treble_fold: int = 0,
    ) -> None:
        super().__init__()
        self.align = align
        self.reach = reach if reduction else 0
        reaches = [None if reach is None else reach >> stage for stage in range(len(widths))]
        self.halvings = 2 ** (len(widths) - 1)
        # So many frequencies are what both halves can be folded and halved from.
        self.group = self.halvings * (2 * max(fold, treble_fold) if treble_fold else fold)
        self.inward: nn.Module = nn.Identity()
        inputs = features
        if treble_fold:
            self.inward = TwoFolds(features, widths[0], (fold, treble_fold), outward=False)
            inputs = widths[0]
        elif fold > 1:
            self.inward = nn.Conv2d(features, widths[0], (fold, 1), stride=(fold, 1))
            inputs = widths[0]
        self.down = nn.ModuleList(
            Stage(before, after, dropout, reduction, near)
            for before, after, near in zip((inputs, *widths[:-2]), widths[:-1], reaches[:-1], strict=True)
        )
        self.bottom = Stage(widths[-2], widths[-1], dropout, reduction, reaches[-1])
        projected = code_dim > 0
        self.to_code = nn.Conv2d(widths[-1], code_dim, 1) if projected else nn.Identity()
        self.from_code = nn.Conv2d(code_dim, widths[-1], 1) if projected else nn.Identity()
        self.quantizer: VectorQuantizer | None = None
        self.up = nn.ModuleList(
            Up(below, width, dropout, reduction, near)
            for below, width, near in zip(widths[:0:-1], widths[-2::-1], reaches[-2::-1], strict=True)
        )
        self.outward: nn.Module = (
            TwoFolds(widths[0], outputs, (fold, treble_fold), outward=True)
            if treble_fold
            else nn.ConvTranspose2d(widths[0], outputs, (fold, 1), stride=(fold, 1))
        )

    @property
    def context(self) -> int | None:
        """How many frames on either side can change what a frame becomes; none: all there are."""
        if self.reach is None or self.align == "resize":
            return None
        bottom = len(self.down)
        # Two convolutions of three frames, an average, and halving or doubling; all but the bottom twice.
        reaches = [(3 + (self.reach >> stage)) << stage for stage in range(bottom + 1)]
        return 2 * sum(reaches[:-1]) + reaches[-1]

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return (outputs, quantiser loss) for features [batch, channel, frequency, frame]."""
        frequencies, frames = features.shape[2:]
        x = self.inward(self._fit(features))
        skips = []
        for stage in self.down:
            x = stage(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.to_code(self.bottom(x))
        loss = x.new_zeros(())
        if self.quantizer is not None:
            # Distances between codes do not survive 8 bits of mantissa.
            with torch.autocast(x.device.type, enabled=False):
                x, _, loss = self.quantizer(x.float())
        x = self.from_code(x)
        for up in self.up:
            x = up(x, skips.pop())
        x = self.outward(x)[:, :, :frequencies, :frames]
        # The top bin that `_fit` left out follows its neighbour.
        missing = frequencies - x.shape[2]
        return F.pad(x, (0, 0, 0, missing), mode="replicate") if missing else x, loss

    def _fit(self, x: Tensor) -> Tensor:
        """Bring [batch, channel, frequency, frame] to sizes that halve evenly, or that halve at all."""
        frequencies, frames = x.shape[2:]
        if self.align == "resize":
            least = self.halvings
            return F.pad(x, (0, max(0, least - frames), 0, max(0, self.group - frequencies)))
        # An STFT of length 2^n has 2^n/2 + 1 bins: better one bin less than a whole group of them more.
        kept = frequencies - (frequencies % self.group == 1 and frequencies > 1)
        return F.pad(x[:, :, :kept], (0, -frames % self.halvings, 0, -kept % self.group))
