"""Noise-to-signal ratio."""

from collections.abc import Mapping, Sequence

import numpy as np

from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.checks import check


class NSR(Metric):
    """Measure the noise-to-signal ratio mean((estimate - clean)^2) / mean(clean^2), linear; 0 is perfect.

    The VQ-U-Net-SE paper publishes this ratio in dB, which it is not: a silent estimate has 1.
    """

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        return [Measure("nsr", higher_is_better=False, bounds=(0.0, None))]

    def prepare(self, clean: Samples, sample_rate: int) -> Samples:
        check(clean, "reference")
        return clean

    def score(self, reference: Samples, estimate: Samples) -> Mapping[str, float]:
        check(estimate, "estimate", may_be_silent=True)
        clean = reference.astype(np.float64)
        return {"nsr": float(np.mean((estimate - clean) ** 2) / np.mean(clean**2))}

    @property
    def identity(self) -> Mapping[str, str]:
        return {"library": "benchbox", "version": "1"}
