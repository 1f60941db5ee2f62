"""White noise: independent Gaussian samples."""

import numpy as np

from benchbox.interfaces import NoiseModel
from benchbox.records import Samples


class White(NoiseModel):
    """Draw Gaussian noise of the same power at every frequency."""

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        return rng.standard_normal(length, dtype=np.float32)
