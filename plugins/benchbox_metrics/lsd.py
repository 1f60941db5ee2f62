"""Log-spectral distance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchbox.errors import Unscorable
from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.checks import check

_FRAME_SECONDS = 0.032
_RANGE_DB = 50.0
"""What lies further below the reference's loudest bin counts as that far below, in both spectra."""


@dataclass(frozen=True)
class _Reference:
    levels_db: NDArray[np.float64]
    """[frame, bin]"""
    floor: float
    """Power."""
    sample_rate: int


class LSD(Metric):
    """Measure the log-spectral distance in dB: the mean over frames of the RMS over bins of the difference.

    Of power spectra in dB, frames of 32 ms, Hann, half overlapping, confined to 50 dB below the reference's
    maximum (Cohen and Gannot 2008). 0 is perfect; gain counts, phase does not.
    """

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        return [Measure("lsd", unit="dB", higher_is_better=False, bounds=(0.0, None))]

    def prepare(self, clean: Samples, sample_rate: int) -> _Reference:
        check(clean, "reference")
        if len(clean) < _FRAME_SECONDS * sample_rate:
            raise Unscorable(
                f"{len(clean) / sample_rate:.3f} s is too short for LSD, whose frames have 32 ms"
            )
        powers = _powers(clean, sample_rate)
        floor = float(powers.max() * 10 ** (-_RANGE_DB / 10))
        return _Reference(_levels_db(powers, floor), floor, sample_rate)

    def score(self, reference: _Reference, estimate: Samples) -> Mapping[str, float]:
        check(estimate, "estimate", may_be_silent=True)
        levels_db = _levels_db(_powers(estimate, reference.sample_rate), reference.floor)
        distances = np.sqrt(np.mean((levels_db - reference.levels_db) ** 2, axis=1))
        return {"lsd": float(distances.mean())}

    @property
    def identity(self) -> Mapping[str, str]:
        return {"library": "benchbox", "mode": "32 ms, 50 dB", "version": "1"}


def _powers(samples: Samples, sample_rate: int) -> NDArray[np.float64]:
    length = round(_FRAME_SECONDS * sample_rate)
    starts = np.arange(0, len(samples) - length + 1, length // 2)[:, None]
    frames = samples.astype(np.float64)[starts + np.arange(length)] * np.hanning(length + 1)[:-1]
    powers: NDArray[np.float64] = np.abs(np.fft.rfft(frames)) ** 2
    return powers


def _levels_db(powers: NDArray[np.float64], floor: float) -> NDArray[np.float64]:
    levels: NDArray[np.float64] = 10 * np.log10(np.maximum(powers, floor))
    return levels
