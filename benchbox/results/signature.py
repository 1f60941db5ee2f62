"""A signature of the samples a system was scored on: rows of different audio are told apart by it.

It is no digest, because another processor changes the last bits of a mixture. Each signal is told by its
level and by projections on fixed random signs. Two signatures are of the same audio where all of these agree
to a thousandth: what differs by more than about -60 dB differs here.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchbox.records import Samples

_PROJECTIONS = 4
_DECIMALS = 4
_TOLERANCE = 1e-3


def signature(noisy: Samples, reference: Samples) -> str:
    """Return the signature of a mixture: "LEVEL p p p p, LEVEL p p p p", levels in dB of full scale."""
    return ", ".join(_told(samples) for samples in (noisy, reference))


def same_audio(one: str | None, other: str | None) -> bool:
    """Say whether two signatures may be of the same audio; what is unknown may."""
    if one is None or other is None or one == other:
        return True
    try:
        first, second = (_numbers(text) for text in (one, other))
    except ValueError:
        return False  # a damaged file: nothing that was written here
    return len(first) == len(second) and all(
        abs(here - there) <= _TOLERANCE for here, there in zip(first, second, strict=True)
    )


def _told(samples: Samples) -> str:
    power = float(np.mean(np.square(samples, dtype=np.float64))) if samples.size else 0.0
    if power == 0:  # or there is none
        return " ".join(["-inf", *["0"] * _PROJECTIONS])
    projected = _signs(len(samples)) @ samples / np.sqrt(power * len(samples))
    return " ".join(f"{round(float(value), _DECIMALS) + 0:g}" for value in (10 * np.log10(power), *projected))


@lru_cache(maxsize=8)
def _signs(length: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(length)
    return (2 * rng.integers(0, 2, (_PROJECTIONS, length), dtype=np.int8) - 1).astype(np.float32)


def _numbers(text: str) -> list[float]:
    values = [float(part) for part in text.replace(",", " ").split()]
    # Silence has no level: two silences are equal.
    return [value if np.isfinite(value) else -1e9 for value in values]
