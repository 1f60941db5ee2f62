"""Reasons not to score, shared by the metrics."""

import numpy as np

from benchbox.errors import Unscorable
from benchbox.records import Samples

_SILENCE = 2.0**-16
"""Half a step of 16-bit audio: what never gets louder would be all zeros in a file."""


def check(samples: Samples, name: str, *, may_be_silent: bool = False) -> None:
    """Check one signal of a pair; `name` is what the reason calls it.

    Raises:
        Unscorable: it is empty, not finite or, unless that is allowed, silent.
    """
    if samples.size == 0:
        raise Unscorable(f"{name} is empty")
    if not np.isfinite(samples).all():
        raise Unscorable(f"{name} holds NaN or infinity")
    if not may_be_silent and np.abs(samples).max() < _SILENCE:
        raise Unscorable(f"{name} is silent")
