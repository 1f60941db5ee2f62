"""The a-priori SNR, led by what was decided in the frame before."""

from collections.abc import Callable
from typing import Annotated, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

Vector: TypeAlias = NDArray[np.float64]

Smoothing: TypeAlias = Annotated[
    float,
    Field(
        ge=0, lt=1, description="weight of the frame before in the a-priori SNR: less musical noise, slower"
    ),
]
PriorFloorDb: TypeAlias = Annotated[
    float, Field(ge=-60, le=0, description="lowest a-priori SNR in dB: masks what musical noise is left")
]
HIGHEST_POSTERIOR = 1e4


class DecisionDirected:
    """The gain of one frame after the other, from its power and that of the noise, each [frequency].

    Ephraim and Malah, "Speech Enhancement Using a Minimum Mean-Square Error Short-Time Spectral Amplitude
    Estimator" (TASSP 1984), eq. 51. The floor is Cappé's (TSAP 1994).

    Args:
        gain: of (prior SNR, posterior SNR).
    """

    def __init__(
        self, gain: Callable[[Vector, Vector], Vector], smoothing: float, prior_floor_db: float
    ) -> None:
        self._gain, self._smoothing, self._floor = gain, smoothing, 10 ** (prior_floor_db / 10)
        self._speech: Vector | float = 0.0

    def __call__(self, power: Vector, noise: Vector) -> Vector:
        posterior = np.minimum(power / noise, HIGHEST_POSTERIOR)
        new = np.maximum(posterior - 1, 0)
        prior = np.maximum(self._smoothing * self._speech / noise + (1 - self._smoothing) * new, self._floor)
        gain = self._gain(prior, posterior)
        self._speech = gain**2 * power
        return gain
