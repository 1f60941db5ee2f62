"""Muon against the singular value decomposition and the iteration as published."""

import pytest
import torch
from torch import nn

from benchbox.optimizers import Muon, orthogonalized


def draw(rows: int, columns: int) -> torch.Tensor:
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(rows))


@pytest.mark.parametrize("shape", [(8, 8), (16, 144), (128, 64), (3, 500)])
def test_singular_vectors_stay_and_singular_values_come_near_one(shape: tuple[int, int]) -> None:
    left, values, right = torch.linalg.svd(draw(*shape), full_matrices=False)
    # Spread over a factor of ten: smaller ones need more than five iterations.
    spread = left @ torch.diag(torch.linspace(1, 0.1, len(values))) @ right
    found = left.T @ orthogonalized(spread) @ right.T
    assert found.diagonal().min() > 0.6
    assert found.diagonal().max() < 1.3
    assert (found - torch.diag(found.diagonal())).abs().max() < 1e-3


@pytest.mark.parametrize("shape", [(16, 144), (128, 64)])
def test_the_gram_matrix_is_only_a_shortcut(shape: tuple[int, int]) -> None:
    matrix = draw(*shape)
    expected = matrix / matrix.norm()
    for _ in range(5):  # X <- aX + bXX'X + c(XX')^2 X, whichever way round X lies
        gram = expected @ expected.T
        expected = 3.4445 * expected + (-4.7750 * gram + 2.0315 * gram @ gram) @ expected
    torch.testing.assert_close(orthogonalized(matrix), expected, rtol=1e-3, atol=1e-4)


def test_a_matrix_without_gradient_directions_is_left_alone() -> None:
    assert not orthogonalized(torch.zeros(4, 9)).any()


def test_a_step_has_the_size_of_an_adamw_step() -> None:
    kernel = nn.Parameter(torch.zeros(32, 16, 3, 3))
    kernel.grad = 1e-6 * draw(32, 144).view_as(kernel)
    Muon([kernel], lr=0.01).step()
    root_mean_square = kernel.detach().square().mean().sqrt().item()
    assert root_mean_square == pytest.approx(0.2 * 0.01, rel=0.2)


def test_weights_decay_without_a_gradient_too_small_to_matter() -> None:
    kernel = nn.Parameter(torch.ones(4, 4, 3, 3))
    kernel.grad = torch.zeros_like(kernel)
    Muon([kernel], lr=0.1, weight_decay=0.5).step()
    torch.testing.assert_close(kernel.detach(), torch.full((4, 4, 3, 3), 0.95))


def test_it_learns_a_convolution() -> None:
    torch.manual_seed(0)
    truth, learner = nn.Conv1d(4, 8, 3), nn.Conv1d(4, 8, 3)
    optimizer = Muon([learner.weight], lr=0.1, weight_decay=0.0)
    learner.bias.data.copy_(truth.bias.data)  # type: ignore[union-attr]
    for step in range(200):
        x = torch.randn(16, 4, 20)
        loss = (learner(x) - truth(x)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = 0.1 * (1 - step / 200)
        optimizer.step()
    assert loss.item() < 1e-4
