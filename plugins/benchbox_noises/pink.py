"""Pink noise: the same power in every octave."""

import numpy as np
from numpy.typing import NDArray

from benchbox.interfaces import NoiseModel
from benchbox.records import Samples
from benchbox_noises.shaping import shaped


class Pink(NoiseModel):
    """Draw Gaussian noise whose power falls as 1/f (3 dB an octave) from 20 Hz up."""

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        return shaped(_power, length, sample_rate, rng)


def _power(frequency: NDArray[np.floating]) -> NDArray[np.floating]:
    return 1 / frequency
