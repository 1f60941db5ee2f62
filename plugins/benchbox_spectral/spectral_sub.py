"""Spectral subtraction."""

from typing import Annotated

import numpy as np
from pydantic import Field

from benchbox_spectral.filtering import FrameGain, Grid, Live, SpectralDenoiser, WindowMs


class SpectralSub(SpectralDenoiser):
    """Subtract the noise, more than there is of it where the frame's SNR is low, and leave a floor.

    Boll, "Suppression of Acoustic Noise in Speech Using Spectral Subtraction" (TASSP 1979), is exponent=1,
    over=1; Berouti, Schwartz and Makhoul, "Enhancement of Speech Corrupted by Acoustic Noise" (ICASSP 1979),
    is the default: `over` holds at 0 dB and falls in a line to 1 at 20 dB.
    """

    def __init__(
        self,
        over: Annotated[
            float, Field(ge=1, le=20, description="how many times the noise is subtracted at 0 dB SNR")
        ] = 4.0,
        floor: Annotated[
            float, Field(ge=0, le=1, description="share of the noise that is left: masks musical noise")
        ] = 0.02,
        exponent: Annotated[
            float,
            Field(ge=0.5, le=2, description="of the amplitude that is subtracted: 1 magnitude, 2 power"),
        ] = 2.0,
        window_ms: WindowMs = 32.0,
        live: Live = False,
    ) -> None:
        super().__init__(window_ms, live=live)
        self.over = over
        self.floor = floor
        self.exponent = exponent

    def gain(self, power: Grid, noise: Grid) -> Grid:
        snr_db = 10 * np.log10(power.sum(axis=0) / noise.sum(axis=0))
        over = self.over - (self.over - 1) / 20 * np.clip(snr_db, -5, 20)
        ratio = (noise / power) ** (self.exponent / 2)
        left = np.maximum(1 - over * ratio, self.floor * ratio)
        gain: Grid = np.minimum(left, 1) ** (1 / self.exponent)
        return gain

    def frame_gain(self) -> FrameGain:
        return lambda power, noise: self.gain(power[:, None], noise[:, None])[:, 0]
