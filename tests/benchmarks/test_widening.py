"""The script that grows the shipped weights lives outside the packages: it is loaded from its file."""

from dataclasses import replace

import pytest
import torch
import widening
from benchbox_unets.network import Network
from benchbox_unets.presets import FAST


@pytest.mark.parametrize("channels", [9, 12, 16])
def test_a_widened_network_does_what_the_narrow_one_does(channels: int) -> None:
    torch.manual_seed(0)
    config = replace(FAST, channels=8, codes=16)
    narrow, wide = Network(config, 8000), Network(replace(config, channels=channels), 8000)
    audio = torch.randn(2, 4000)
    narrow.terms(audio, audio + torch.randn(2, 4000))  # in training mode: batch norm learns its statistics
    widening.Growth(seed=1, noise=0.0).network(narrow, wide)
    with torch.inference_mode():
        expected, given = narrow.eval()(audio), wide.eval()(audio)
    assert expected.abs().max() > 0.01
    torch.testing.assert_close(given, expected, atol=1e-5, rtol=1e-4)


def test_copies_of_a_channel_are_not_alike() -> None:
    config = replace(FAST, channels=8, codes=16)
    wide = widening.widened(Network(config, 8000), Network(replace(config, channels=16), 8000), seed=1)
    kernels = wide.get_parameter("backbone.down.0.0.weight").flatten(1)
    distances = torch.cdist(kernels, kernels) + torch.eye(16)
    assert distances.min() > 0.01
