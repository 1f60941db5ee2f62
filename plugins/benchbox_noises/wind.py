"""Wind on an unprotected microphone."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from benchbox.interfaces import NoiseModel
from benchbox.records import Samples
from benchbox_noises.shaping import shaped

STEP_SECONDS = 0.25
SPEEDS = np.array([0.1, 0.45, 1.0])
"""Calm, light and strong wind, relative to strong; pressure goes with the square."""
STAY = 0.85
"""Chance of no change in a step: a state lasts 1.7 s on average."""


class Wind(NoiseModel):
    """Draw turbulence whose speed changes in gusts.

    As in Nelke and Vary, "Measurement, Analysis and Simulation of Wind Noise Signals for Mobile
    Communication Devices" (IWAENC 2014), a fixed spectral shape meets a Markov chain that switches between
    no, light and strong wind. The shape here is that of turbulence in the inertial range, f^(-5/3)
    (Kolmogorov), with another f^-2 where eddies are smaller than the microphone (Corcos).
    """

    def __init__(
        self,
        corner: Annotated[
            float, Field(gt=20, le=2000, description="frequency in Hz above which eddies average out")
        ] = 200.0,
    ) -> None:
        self.corner = corner

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        turbulence = shaped(self._power, length, sample_rate, rng)
        return turbulence * _gusts(length, sample_rate, rng) ** 2

    def _power(self, frequency: NDArray[np.floating]) -> NDArray[np.floating]:
        return frequency ** (-5 / 3) / (1 + (frequency / self.corner) ** 2)


def _gusts(length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
    """Return the wind speed [length]: a Markov chain, joined by straight lines."""
    steps = int(np.ceil(length / (STEP_SECONDS * sample_rate))) + 1
    changes = np.where(rng.random(steps) < STAY, 0, rng.choice([1, 2], steps))
    states = (rng.integers(3) + np.cumsum(changes)) % 3
    position = np.arange(length) / (STEP_SECONDS * sample_rate)
    speed: Samples = np.interp(position, np.arange(steps), SPEEDS[states]).astype(np.float32)
    return speed
