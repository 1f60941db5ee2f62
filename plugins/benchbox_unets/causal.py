"""The network for live audio: nothing in it looks ahead of the frame that it works on.

Tensors are [batch, channel, frequency, frame]. Compared with `backbone`: convolutions see this frame and the
two before it, only frequencies are halved, squeeze and excitation averages over the past, and a recurrent
layer at the bottleneck remembers what lies further back. `streaming` runs the same network frame by frame.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchbox_unets.blocks import TwoFolds
from benchbox_unets.quantizer import VectorQuantizer


class CausalBackbone(nn.Module):
    """Map features to as many output channels at the same frequencies and frames.

        x ─ fold ─ stage ───────────────────── skip ────────────────────── up ─ unfold ─ y     widths[0]
                     └ pool ─ stage ────────── skip ─────────────── up ─────┘                  widths[1]
                                └ pool ─ stage ─ recur ─ project ─ quantize ─ project ┘

    Args:
        widths: channels of each stage down to the bottleneck.
        folds: how many neighbouring frequencies become channels, in the lower and in the upper half.
        decay: of the averages in squeeze and excitation, a frame; see `running_mean`.
    """

    context = None
    halvings = 1  # frames are not halved

    def __init__(
        self,
        features: int,
        outputs: int,
        widths: tuple[int, ...],
        *,
        folds: tuple[int, int],
        reduction: int,
        code_dim: int,
        decay: float,
    ) -> None:
        super().__init__()
        self.group = 2 * max(folds) * 2 ** (len(widths) - 1)
        self.inward = TwoFolds(features, widths[0], folds, outward=False)
        self.down = nn.ModuleList(
            CausalStage(before, after, reduction, decay)
            for before, after in zip((widths[0], *widths[:-2]), widths[:-1], strict=True)
        )
        self.bottom = CausalStage(widths[-2], widths[-1], reduction, decay)
        self.memory = nn.GRU(widths[-1], widths[-1], batch_first=True)
        self.to_code = nn.Conv2d(widths[-1], code_dim, 1)
        self.from_code = nn.Conv2d(code_dim, widths[-1], 1)
        self.quantizer: VectorQuantizer | None = None
        self.up = nn.ModuleList(
            CausalUp(below, width, reduction, decay)
            for below, width in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.outward = TwoFolds(widths[0], outputs, folds, outward=True)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return (outputs, quantiser loss) for features [batch, channel, frequency, frame]."""
        frequencies = features.shape[2]
        # The top bin is left out, and follows its neighbour: the others can be folded evenly.
        x = self.inward(features[:, :, : frequencies - 1])
        skips = []
        for stage in self.down:
            x = stage(x)
            skips.append(x)
            x = F.max_pool2d(x, (2, 1))
        x = self._remember(self.bottom(x))
        x = self.to_code(x)
        loss = x.new_zeros(())
        if self.quantizer is not None:
            # Distances between codes do not survive 8 bits of mantissa.
            with torch.autocast(x.device.type, enabled=False):
                x, _, loss = self.quantizer(x.float())
        x = self.from_code(x)
        for up in self.up:
            x = up(x, skips.pop())
        return F.pad(self.outward(x), (0, 0, 0, 1), mode="replicate"), loss

    def _remember(self, x: Tensor) -> Tensor:
        """Add what a recurrent layer, the same at every frequency, makes of the frames so far."""
        batch, channels, frequencies, frames = x.shape
        rows = x.permute(0, 2, 3, 1).reshape(batch * frequencies, frames, channels)
        kept, _ = self.memory(rows)
        kept = kept.view(batch, frequencies, frames, channels)
        result: Tensor = x + kept.permute(0, 3, 1, 2)
        return result


class CausalStage(nn.Module):
    """Twice conv3x3 over this frame and the two before, batch norm and ReLU; then squeeze and excitation."""

    def __init__(self, inputs: int, channels: int, reduction: int, decay: float) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(width, channels, 3, padding=(1, 0), bias=False) for width in (inputs, channels)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels) for _ in range(2))
        self.decay = decay
        hidden = max(1, channels // reduction)
        self.squeeze = nn.Linear(channels, hidden)
        self.excite = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = F.relu(norm(convolution(F.pad(x, (2, 0)))))
        means = running_mean(x.mean(2), self.decay).mT  # [batch, frame, channel]
        gains = torch.sigmoid(self.excite(F.relu(self.squeeze(means)))).mT
        gated: Tensor = x * gains[:, :, None]
        return gated


class CausalUp(nn.Module):
    """Double the frequencies and join the skip."""

    def __init__(self, inputs: int, channels: int, reduction: int, decay: float) -> None:
        super().__init__()
        self.upsample = nn.ConvTranspose2d(inputs, channels, (2, 1), stride=(2, 1))
        self.stage = CausalStage(2 * channels, channels, reduction, decay)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        result: Tensor = self.stage(torch.cat([self.upsample(x), skip], dim=1))
        return result


def running_mean(x: Tensor, decay: float) -> Tensor:
    """Return the mean of the frames so far, [..., frame], the older ones counting less and less.

    m[t] = sum of decay^(t-s) x[s] / sum of decay^(t-s), s = 0 ... t: at first a plain mean. The work grows
    with the square of the number of frames: for excerpts.
    """
    frames = torch.arange(x.shape[-1], device=x.device)
    ages = frames[:, None] - frames
    weights = torch.where(ages >= 0, decay ** ages.clamp_min(0).to(x.dtype), 0)
    return x @ (weights / weights.sum(1, keepdim=True)).T
