"""The spectral gate of the package noisereduce."""

from importlib import import_module
from typing import Annotated

import numpy as np
from pydantic import Field

from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox_peers.libraries import locate

_WINDOW = 1024
"""Samples that noisereduce looks at, at any sample rate; it takes no clip that is shorter."""


class Noisereduce(Denoiser):
    """Gate each frequency where it is hardly above its usual level (Sainburg & Zorea, arXiv:2412.17851).

    The package noisereduce 3.0 (MIT) with its own settings but for these two, at any sample rate. It hears
    the whole clip first, and has no delay.
    Needs `pip install "benchbox-speech[peers]"`.
    """

    def __init__(
        self,
        stationary: Annotated[
            bool, Field(description="one usual level for the whole clip, not one that follows it in seconds")
        ] = False,
        prop_decrease: Annotated[
            float, Field(ge=0, le=1, description="share of the noise that a closed gate takes away")
        ] = 1.0,
    ) -> None:
        locate("noisereduce", "noisereduce")
        self.stationary = stationary
        self.prop_decrease = prop_decrease

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        noisereduce = import_module("noisereduce")  # optional: type checkers need not find it
        clip = np.pad(noisy, (0, max(0, _WINDOW - noisy.size)))
        # Where a minute of a clip is digital silence, nothing is compared with nothing: 0 / 0.
        with np.errstate(divide="ignore", invalid="ignore"):
            estimate = noisereduce.reduce_noise(
                clip, sample_rate, stationary=self.stationary, prop_decrease=self.prop_decrease
            )
        return np.nan_to_num(np.asarray(estimate[: noisy.size], np.float32))
