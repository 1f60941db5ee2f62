"""Signal-to-noise ratio."""

from collections.abc import Mapping, Sequence

import numpy as np

from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.checks import check
from benchbox_metrics.decibels import CEILING_DB, ratio_db


class SNR(Metric):
    """Measure the signal-to-noise ratio 10 log10(sum(clean^2) / sum((estimate - clean)^2)), within +-100 dB.

    Unlike SI-SDR it punishes a wrong gain. A silent estimate has 0 dB.
    """

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        return [Measure("snr", unit="dB", bounds=(-CEILING_DB, CEILING_DB))]

    def prepare(self, clean: Samples, sample_rate: int) -> Samples:
        check(clean, "reference")
        return clean

    def score(self, reference: Samples, estimate: Samples) -> Mapping[str, float]:
        check(estimate, "estimate", may_be_silent=True)
        clean = reference.astype(np.float64)
        return {"snr": ratio_db(np.sum(clean**2), np.sum((estimate - clean) ** 2))}

    @property
    def identity(self) -> Mapping[str, str]:
        return {"library": "benchbox", "version": "1"}
