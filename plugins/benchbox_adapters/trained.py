"""Systems that were trained before, by `benchbox run` or `benchbox train`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from benchbox.interfaces import Denoiser, Stream
from benchbox.records import Samples
from benchbox.trained import load_trained, seen_in_training, trained_identity


class Trained(Denoiser):
    """Use a system that `run` or `train` trained before, as it is: trained(path=RUN/systems/NAME)."""

    def __init__(
        self, path: Annotated[Path, Field(description="its folder, or RUN/systems/LABEL as the table says")]
    ) -> None:
        self._path = path
        self._denoiser = load_trained(path)
        self._identity = trained_identity(path)
        self.sample_rates = self._denoiser.sample_rates

    @property
    def parameters(self) -> int | None:
        """Return those of the system."""
        return self._denoiser.parameters

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        """Return the system's estimate."""
        return self._denoiser.denoise(noisy, sample_rate)

    def stream(self, sample_rate: int) -> Stream | None:
        """Return the system's stream."""
        return self._denoiser.stream(sample_rate)

    def trained_on(self, sample_rate: int) -> Sequence[Path]:
        """Return what the training kept of its recordings."""
        return seen_in_training(self._path)

    def fingerprint(self) -> str:
        """Return a digest of the system's options, code and weights."""
        return self._identity
