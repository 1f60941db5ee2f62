"""The row of a system that removes everything."""

import numpy as np

from benchbox.interfaces import Denoiser
from benchbox.records import Samples


class Silence(Denoiser):
    """Return silence: no noise is left, and no speech."""

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return np.zeros_like(noisy)
