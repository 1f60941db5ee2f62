"""The published VQ-U-Net-SE's noise: Gaussian, on the standardised spectrogram."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from benchbox.interfaces import Degradation
from benchbox.mixing import mix
from benchbox.records import Samples
from benchbox.spectral import Stft


class StftGaussian(Degradation):
    """Add Gaussian noise to the spectrogram after dividing it by its standard deviation.

    As in Rocha and Fernandes, "Vector-Quantized Variational Autoencoder para Audio Denoising com U-Net e SE
    blocks": 519 samples a frame, hop 31, at whatever sample rate. Standardising subtracts one mean and
    divides by one standard deviation. Undoing it after the noise cancels the mean and leaves noise of
    `sigma` times the spectrogram's standard deviation. The paper took that over its whole data set; here
    it is the utterance's own unless `std` is given.

    With part="real" the imaginary part is dropped, as in the paper's published code, from the noisy
    signal and from the reference, which becomes istft(Re stft(clean)). With sigma=none the same noise
    is scaled to the suite's SNR over active speech.
    """

    def __init__(
        self,
        sigma: Annotated[
            float | None,
            Field(
                gt=0,
                description="standard deviation of the noise on the standardised spectrogram; none: by SNR",
            ),
        ] = 1.0,
        part: Annotated[
            Literal["complex", "real"], Field(description="what is kept of the spectrogram (the paper: real)")
        ] = "complex",
        std: Annotated[
            float | None,
            Field(gt=0, description="standard deviation to standardise by; none: each utterance's own"),
        ] = None,
    ) -> None:
        self.sigma = sigma
        self.part = part
        self.std = std
        self.uses_snr = sigma is None

    def corrupt(
        self, clean: Samples, sample_rate: int, snr_db: float | None, rng: np.random.Generator
    ) -> tuple[Samples, Samples]:
        stft = Stft(length=519, hop=31, window="hann")
        spectrum = stft.analyze(clean)
        noise = rng.standard_normal(spectrum.shape, dtype=np.float32) + 0j
        if self.part == "real":
            spectrum = spectrum.real + 0j
            clean = stft.synthesize(spectrum, clean.size)
        else:
            noise += 1j * rng.standard_normal(spectrum.shape, dtype=np.float32)
        added = stft.synthesize(noise, clean.size)
        if self.sigma is None:
            assert snr_db is not None  # uses_snr
            return clean, mix(clean, added, sample_rate, snr_db).noisy
        kept = spectrum.real if self.part == "real" else np.stack([spectrum.real, spectrum.imag])
        return clean, clean + np.float32(self.sigma * (self.std or kept.std())) * added
