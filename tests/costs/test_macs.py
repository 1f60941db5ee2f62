import math

import numpy as np
import pytest
import torch
from torch import nn

from benchbox.costs.macs import Macs, count_macs


def macs(module: nn.Module, *inputs: torch.Tensor) -> Macs:
    def run() -> None:
        with torch.inference_mode():
            module(*inputs)

    counted = count_macs(run)
    assert counted is not None
    return counted


def test_counts_a_convolution_as_weights_times_places() -> None:
    counted = macs(nn.Conv2d(3, 8, 5, padding=2), torch.zeros(2, 3, 10, 12))
    assert counted.network == 2 * (3 * 8 * 5 * 5) * (10 * 12)
    assert counted.transforms == 0


def test_counts_a_linear_layer_and_attention_products() -> None:
    assert macs(nn.Linear(30, 7), torch.zeros(11, 30)).network == 11 * 30 * 7

    class Product(nn.Module):
        def forward(self, one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
            return torch.einsum("bij,bjk->bik", one, other)

    assert macs(Product(), torch.zeros(4, 5, 6), torch.zeros(4, 6, 7)).network == 4 * 5 * 6 * 7


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize(("kind", "gates"), [(nn.LSTM, 4), (nn.GRU, 3)])
def test_counts_recurrent_layers_by_time_step(
    kind: type[nn.LSTM] | type[nn.GRU], gates: int, bidirectional: bool
) -> None:
    layer = kind(10, 20, num_layers=2, bidirectional=bidirectional)
    directions = 1 + bidirectional
    first, second = gates * 20 * (10 + 20), gates * 20 * (20 * directions + 20)
    assert macs(layer, torch.zeros(13, 3, 10)).network == 13 * 3 * directions * (first + second)


def test_counts_transforms_apart() -> None:
    class Spectrum(nn.Module):
        def forward(self, frames: torch.Tensor) -> torch.Tensor:
            return torch.fft.irfft(torch.fft.rfft(frames), n=512)

    counted = macs(Spectrum(), torch.zeros(9, 512))
    assert counted.network == 0
    assert counted.transforms == 2 * 9 * 1.25 * 512 * math.log2(512)


def test_a_complex_transform_costs_two_real_ones() -> None:
    def transform(dtype: torch.dtype) -> float:
        counted = count_macs(lambda: torch.fft.fftn(torch.zeros(3, 16, 32, dtype=dtype), dim=(1, 2)))
        assert counted is not None
        return counted.transforms

    assert transform(torch.complex64) == 2 * 1.25 * 3 * 512 * math.log2(512)


def test_says_what_it_counted_and_what_not() -> None:
    counted = macs(nn.Sequential(nn.Linear(4, 4), nn.Sigmoid(), nn.Flatten()), torch.zeros(2, 4))
    assert counted.coverage == "counted addmm; not counted sigmoid"


def test_is_none_where_torch_does_nothing() -> None:
    assert count_macs(lambda: np.fft.rfft(np.ones(100))) is None
