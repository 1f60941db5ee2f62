"""Metrics that take the process down, spoil what others read, or return what is no score."""

import numpy as np

from benchbox.interfaces import Metric
from benchbox.records import Measure
from benchbox_broken import offences


class BadMetric(Metric):
    """Commits an offence, then returns 1.0 or what is no score."""

    def __init__(self, how: str):
        self.how = how

    def measures(self, sample_rate):
        return [Measure(f"bad_{self.how}")]

    def prepare(self, clean, sample_rate):
        if self.how == "rolls_clean":
            clean[:] = np.roll(clean, 1000)
        return clean, sample_rate

    def score(self, reference, estimate):
        if estimate.size > 4000 and self.how != "wrong_from_the_start":
            # As it should be while it is calibrated.
            return {f"bad_{self.how}": -float(np.abs(estimate - reference[0]).mean())}
        if hasattr(offences, self.how):
            getattr(offences, self.how)()
        if self.how == "in_place":
            estimate *= 0
        if self.how == "measure_unknown":
            return {"other": 1.0}
        returned = {
            "float": 1.0,
            "array": np.ones(3),
            "list": [1.0],
            "nothing": {},
        }
        if self.how in returned:
            return returned[self.how]
        value = {
            "string": "1.0",
            "value_list": [1.0],
            "value_array": np.ones(1),
            "complex": 1 + 2j,
            "huge": 10**400,
            "huger": 10**5000,
            "gives_nan": float("nan"),
            "bool": True,
        }
        return {f"bad_{self.how}": value.get(self.how, 1.0)}
