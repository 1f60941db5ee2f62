"""The unprocessed row."""

from benchbox.interfaces import Denoiser
from benchbox.records import Samples


class Noisy(Denoiser):
    """Do nothing: every system is measured against this row."""

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return noisy.copy()
