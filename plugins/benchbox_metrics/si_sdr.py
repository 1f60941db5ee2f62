"""Scale-invariant signal-to-distortion ratio."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchbox.errors import Unscorable
from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.checks import check
from benchbox_metrics.decibels import CEILING_DB, ratio_db


class SISDR(Metric):
    """Measure the scale-invariant signal-to-distortion ratio, within +-100 dB (Le Roux et al. 2019).

    With both signals freed of their mean, the reference is scaled to the estimate (eq. 3 and 4):
    target = <estimate, clean> / <clean, clean> * clean, and the score is
    10 log10(|target|^2 / |target - estimate|^2). Neither gain nor polarity matters; delay does.
    """

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        return [Measure("si_sdr", unit="dB", bounds=(-CEILING_DB, CEILING_DB))]

    def prepare(self, clean: Samples, sample_rate: int) -> NDArray[np.float64]:
        check(clean, "reference")
        return _without_mean(clean, "reference")

    def score(self, reference: NDArray[np.float64], estimate: Samples) -> Mapping[str, float]:
        check(estimate, "estimate")
        centred = _without_mean(estimate, "estimate")
        target = np.dot(centred, reference) / np.dot(reference, reference) * reference
        return {"si_sdr": ratio_db(np.sum(target**2), np.sum((target - centred) ** 2))}

    @property
    def identity(self) -> Mapping[str, str]:
        return {"library": "benchbox", "version": "1", "mean": "removed"}


def _without_mean(samples: Samples, name: str) -> NDArray[np.float64]:
    centred: NDArray[np.float64] = samples.astype(np.float64) - samples.mean(dtype=np.float64)
    if not centred.any():
        raise Unscorable(f"{name} is constant")
    return centred
