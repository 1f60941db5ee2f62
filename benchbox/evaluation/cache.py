"""What a worker keeps of audio, bounded by bytes: clips are of any length and rate."""

import dataclasses
from typing import Any

import numpy as np
from cachetools import LRUCache


def bounded(megabytes: float) -> LRUCache[Any, Any]:
    """Return a cache that forgets what was used longest ago once its arrays take more than that.

    A value that is larger than all of it is kept alone: the next job is likely to ask for it again.
    """
    most = round(megabytes * 2**20)
    return LRUCache(most, getsizeof=lambda value: min(size(value), most))


def size(value: object) -> int:
    """Return the bytes of a value's arrays, in records, tuples, lists and dictionaries too; at least 1."""
    if isinstance(value, np.ndarray):
        return max(1, value.nbytes)
    if isinstance(value, tuple | list):
        return 1 + sum(map(size, value))
    if isinstance(value, dict):
        return 1 + sum(map(size, value.values()))
    if dataclasses.is_dataclass(value):
        return 1 + sum(size(getattr(value, field.name)) for field in dataclasses.fields(value))
    return max(1, int(getattr(value, "nbytes", 1)))
