"""The row of a system that removes the speech instead."""

from benchbox.interfaces import OracleDenoiser
from benchbox.records import Samples


class NoiseOnly(OracleDenoiser):
    """Return the noise without the speech: what a measure says where nothing of the speech is left."""

    def denoise_knowing(self, noisy: Samples, clean: Samples, sample_rate: int) -> Samples:
        return noisy - clean
