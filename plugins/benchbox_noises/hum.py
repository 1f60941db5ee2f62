"""Mains hum."""

from typing import Annotated

import numpy as np
from pydantic import Field

from benchbox.interfaces import NoiseModel
from benchbox.records import Samples

HARMONICS = {
    **{1: 1.0, 3: 0.05, 5: 0.06, 7: 0.05, 9: 0.015, 11: 0.035, 13: 0.03, 15: 0.005, 17: 0.02, 19: 0.015},
    **{21: 0.005, 23: 0.015, 25: 0.015, 2: 0.02, 4: 0.01},
    **dict.fromkeys(range(6, 26, 2), 0.005),
}
"""Harmonic -> share of the mains voltage: the limits of EN 50160."""
DRIFT_HZ = 0.02
"""The mains frequency strays this much (standard deviation) from second to second."""


class Hum(NoiseModel):
    """Draw the hum and buzz that a cable picks up from the mains.

    Harmonics up to the 25th have the largest shares that EN 50160 allows in a public supply; induction
    raises each in proportion to its frequency. Phases, the balance of harmonics (some dB) and the drift
    of the mains frequency are random.
    """

    def __init__(
        self,
        frequency: Annotated[
            float,
            Field(
                ge=16, le=400, description="mains frequency in Hz: 50, 60, on trains 16.7, in aircraft 400"
            ),
        ] = 50.0,
    ) -> None:
        self.frequency = frequency

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        seconds = length / sample_rate
        knots = np.arange(int(np.ceil(seconds)) + 1)
        drift = rng.normal(self.frequency, DRIFT_HZ, knots.size)
        instantaneous = np.interp(np.arange(length) / sample_rate, knots, drift)
        turn = np.exp(2j * np.pi * np.cumsum(instantaneous) / sample_rate)
        coefficients = np.zeros(max(HARMONICS) + 1, complex)
        for harmonic, share in HARMONICS.items():
            weight = share * harmonic * 10 ** (rng.normal(0, 3) / 20)
            phase = rng.uniform(0, 2 * np.pi)
            if harmonic * self.frequency < sample_rate / 2:
                coefficients[harmonic] = weight * np.exp(1j * phase)
        # Harmonics are powers of the fundamental: Horner's rule needs no further sines.
        hum: Samples = np.polynomial.polynomial.polyval(turn, coefficients).real.astype(np.float32)
        return hum
