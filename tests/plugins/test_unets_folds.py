"""Folding neighbouring frequencies into channels, finely below and coarsely above."""

from dataclasses import replace

import torch
from benchbox_unets.blocks import TwoFolds
from benchbox_unets.network import Network
from benchbox_unets.presets import WIDEBAND


def test_each_half_of_the_band_is_folded_by_its_own_kernel() -> None:
    inward = TwoFolds(1, 1, (2, 4), outward=False)
    outward = TwoFolds(1, 1, (2, 4), outward=True)
    with torch.no_grad():
        for folds, bass, treble in ((inward, 0.5, 0.25), (outward, 1.0, 1.0)):
            for layer, value in ((folds.bass, bass), (folds.treble, treble)):
                layer.weight.fill_(value)
                assert layer.bias is not None
                layer.bias.zero_()
        x = torch.arange(16.0).view(1, 1, 16, 1)
        rows = inward(x)
        assert rows.flatten().tolist() == [0.5, 2.5, 4.5, 6.5, 9.5, 13.5]  # means of two, then of four
        back = outward(rows)
    assert back.flatten().tolist() == [0.5, 0.5, 2.5, 2.5, 4.5, 4.5, 6.5, 6.5, *[9.5] * 4, *[13.5] * 4]


def test_two_folds_give_every_frequency_and_frame_back() -> None:
    network = Network(replace(WIDEBAND, channels=2), 16000).eval()
    features = torch.randn(1, 3, 513, 13)
    assert network.backbone(features)[0].shape == (1, 2, 513, 13)
