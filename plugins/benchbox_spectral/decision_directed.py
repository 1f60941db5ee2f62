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


def decision_directed(
    gain: Callable[[Vector, Vector], Vector],
    power: NDArray[np.float64],
    noise: NDArray[np.float64],
    smoothing: float,
    prior_floor_db: float,
) -> NDArray[np.float64]:
    """Return gain(prior SNR, posterior SNR) for each [frequency, frame].

    Ephraim and Malah, "Speech Enhancement Using a Minimum Mean-Square Error Short-Time Spectral Amplitude
    Estimator" (TASSP 1984), eq. 51. The floor is Cappé's (TSAP 1994).
    """
    floor = 10 ** (prior_floor_db / 10)
    posteriors = np.minimum(power / noise, HIGHEST_POSTERIOR)
    gains = np.empty_like(power)
    speech = np.zeros(power.shape[0])
    for frame, posterior in enumerate(posteriors.T):
        new = np.maximum(posterior - 1, 0)
        prior = np.maximum(smoothing * speech / noise[:, frame] + (1 - smoothing) * new, floor)
        gains[:, frame] = gain(prior, posterior)
        speech = gains[:, frame] ** 2 * power[:, frame]
    return gains
