"""The blocks of the U-Net; every tensor is [batch, channel, frequency, frame]."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SqueezeExcitation(nn.Module):
    """Gate each channel by what all channels hold on average (Hu et al. 2018).

    Args:
        reach: how many frames before and after each frame the average takes in; none: all there are. With
            a reach, what is far away makes no difference, and long audio can be heard chunk by chunk.
    """

    def __init__(self, channels: int, reduction: int, reach: int | None = None) -> None:
        super().__init__()
        self.reach = reach
        hidden = max(1, channels // reduction)
        self.squeeze = nn.Linear(channels, hidden)
        self.excite = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        x = x.permute(0, 2, 3, 1)  # [batch, frequency, frame, channel]: as it lies in memory, twice as fast
        means = x.mean((1, 2))[:, None] if self.reach is None else self._nearby(x.mean(1))
        gains = torch.sigmoid(self.excite(F.relu(self.squeeze(means))))  # [batch, frame or 1, channel]
        return (x * gains[:, None]).permute(0, 3, 1, 2)

    def _nearby(self, means: Tensor) -> Tensor:
        """Average [batch, frame, channel] over the frames within reach; at the ends there are fewer."""
        assert self.reach is not None
        width = 2 * self.reach + 1
        pooled = F.avg_pool1d(means.mT, width, 1, self.reach, count_include_pad=False)
        return pooled.mT


class Stage(nn.Sequential):
    """Twice conv3x3, batch norm, ReLU and dropout; then squeeze and excitation, unless `reduction` is 0."""

    def __init__(
        self, inputs: int, channels: int, dropout: float, reduction: int, reach: int | None = None
    ) -> None:
        layers: list[nn.Module] = []
        for width in (inputs, channels):
            # Batch norm takes the bias away again.
            layers += [
                nn.Conv2d(width, channels, 3, padding=1, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(inplace=True),
            ]
            if dropout:
                layers.append(nn.Dropout(dropout))
        if reduction:
            layers.append(SqueezeExcitation(channels, reduction, reach))
        super().__init__(*layers)


class Up(nn.Module):
    """Double both axes, bring them to the skip's size, and join it."""

    def __init__(
        self, inputs: int, channels: int, dropout: float, reduction: int, reach: int | None = None
    ) -> None:
        super().__init__()
        self.upsample = nn.ConvTranspose2d(inputs, channels, 2, stride=2)
        self.stage = Stage(2 * channels, channels, dropout, reduction, reach)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = self.upsample(x)
        if x.shape[2:] != skip.shape[2:]:
            x = F.interpolate(x, skip.shape[2:], mode="bilinear", align_corners=False)
        x = self.stage(torch.cat([x, skip], dim=1))
        return x


class TwoFolds(nn.Module):
    """Fold the lower half of the frequencies finely and the upper half, where hearing is dull, coarsely.

        inward     0 1 2 3 4 5 6 7 | 8 9 a b c d e f  ->  0-1 2-3 4-5 6-7 | 8-b c-f      folds 2 and 4

    With `outward` the same way back. Each half has its own kernel.
    """

    def __init__(self, inputs: int, outputs: int, folds: tuple[int, int], *, outward: bool) -> None:
        super().__init__()
        self.folds, self.outward = folds, outward
        layer = nn.ConvTranspose2d if outward else nn.Conv2d
        self.bass, self.treble = (layer(inputs, outputs, (fold, 1), stride=(fold, 1)) for fold in folds)

    def forward(self, x: Tensor) -> Tensor:
        bass, treble = self.folds
        rows = x.shape[2] * treble // (bass + treble) if self.outward else x.shape[2] // 2
        return torch.cat([self.bass(x[:, :, :rows]), self.treble(x[:, :, rows:])], dim=2)
