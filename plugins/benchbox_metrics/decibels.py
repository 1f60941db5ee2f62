"""Power ratios in dB that stay finite."""

import numpy as np

CEILING_DB = 100.0
"""A ratio beyond +-100 dB is reported as +-100 dB.

A perfect estimate has no error, so its ratio is infinite and a mean with it meaningless. 100 dB is where
float32 audio stops anyway: its rounding errors lie about 150 dB below a sample.
"""


def ratio_db(power: float, reference_power: float) -> float:
    """Return 10 log10(power / reference_power), limited to +-CEILING_DB.

    >>> ratio_db(10.0, 1.0), ratio_db(1.0, 0.0), ratio_db(0.0, 1.0)
    (10.0, 100.0, -100.0)
    """
    with np.errstate(divide="ignore"):
        decibels = 10 * (np.log10(power) - np.log10(reference_power))
    return float(np.clip(decibels, -CEILING_DB, CEILING_DB))
