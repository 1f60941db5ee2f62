"""Muon: momentum whose directions all count alike, for the matrices of a network."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""a, b and c of the iteration below, as Jordan et al. chose them."""
ITERATIONS = 5
"""How often it is run."""


class Muon(Optimizer):
    """Step along the orthogonalised momentum of each matrix (Jordan et al. 2024).

    A convolution's kernel [out, in, ...] counts as the matrix [out, in x ...]. Steps are scaled to the size
    of AdamW's (Liu et al. 2025, "Muon is scalable for LLM training"), so that one learning rate suits both.
    """

    def __init__(
        self, matrices: Iterable[Tensor], lr: float, weight_decay: float = 0.01, momentum: float = 0.95
    ) -> None:
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is not None:
                    _update(weights, self.state[weights], group)


def orthogonalized(matrix: Tensor) -> Tensor:
    """Return a matrix with about the same singular vectors and singular values between 0.7 and 1.2.

    The Newton-Schulz iteration of Muon, X <- aX + b(XX')X + c(XX')^2 X, run on the small Gram matrix XX'
    instead of on X itself, which for the wide matrices of convolutions is several times less work.
    """
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    start = wide / (wide.norm() + 1e-7)
    gram = start @ start.T
    identity = torch.eye(len(gram), dtype=gram.dtype, device=gram.device)
    product = identity  # X is product @ start
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        current = product @ gram @ product.T
        product = (a * identity + b * current + c * current @ current) @ product
    result: Tensor = product @ start
    return result if wide is matrix else result.T


def _update(weights: Tensor, state: dict[str, Any], group: dict[str, Any]) -> None:
    gradient = weights.grad
    assert gradient is not None
    if not state:
        state["momentum"] = torch.zeros_like(gradient)
    state["momentum"].lerp_(gradient, 1 - group["momentum"])
    # Nesterov: look where the momentum is about to go.
    ahead = gradient.lerp(state["momentum"], group["momentum"])
    direction = orthogonalized(ahead.reshape(len(ahead), -1))
    rate = group["lr"]
    weights.mul_(1 - rate * group["weight_decay"])
    weights.add_(direction.view_as(ahead), alpha=-0.2 * rate * max(direction.shape) ** 0.5)
