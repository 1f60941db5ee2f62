"""The inside of a moving car."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from benchbox.interfaces import NoiseModel
from benchbox.records import Samples
from benchbox_noises.shaping import shaped

ROLLING_CORNER_HZ = 60.0
AIRFLOW_DB = -35.0
ENGINE_DB = -6.0
ORDERS_DB = (0.0, -9.0, -15.0, -20.0)
"""Multiples of the firing frequency, relative to the first."""


class Car(NoiseModel):
    """Draw tyre rumble, airflow and engine orders as a hands-free microphone hears them.

    The three parts are those of the literature (Cerrato, "Automotive Sound Quality: Powertrain, Road and Wind
    Noise", Sound & Vibration 2009; engine orders: Puder, in "Speech and Audio Processing in Adverse
    Environments", Springer 2008). Rolling noise lies below 500 Hz and falls by 12 dB an octave from 60 Hz,
    airflow falls by 3 dB an octave and is left above 1 kHz, a four-cylinder engine hums at twice its
    turning rate. Levels are typical ones chosen by us, not one car's measurement.
    """

    def __init__(
        self,
        rpm: Annotated[
            float,
            Field(ge=600, le=7000, description="engine speed in turns a minute, +-3 % from draw to draw"),
        ] = 2500.0,
    ) -> None:
        self.rpm = rpm

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        firing_hz = self.rpm / 60 * 2 * rng.uniform(0.97, 1.03)
        engine = _engine(firing_hz, length, sample_rate, rng)
        return shaped(_rolling_and_airflow, length, sample_rate, rng) + 10 ** (ENGINE_DB / 20) * engine


def _rolling_and_airflow(frequency: NDArray[np.floating]) -> NDArray[np.floating]:
    rolling = 1 / (1 + (frequency / ROLLING_CORNER_HZ) ** 4)
    airflow = ROLLING_CORNER_HZ / frequency
    return rolling + 10 ** (AIRFLOW_DB / 10) * airflow


def _engine(firing_hz: float, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
    """Return the engine orders below Nyquist, their sum of unit variance or less."""
    time = np.arange(length) / sample_rate
    total = np.zeros(length)
    for order, level_db in enumerate(ORDERS_DB, start=1):
        phase = rng.uniform(0, 2 * np.pi)
        if order * firing_hz < sample_rate / 2:
            total += 10 ** (level_db / 20) * np.sin(2 * np.pi * order * firing_hz * time + phase)
    return total.astype(np.float32)
