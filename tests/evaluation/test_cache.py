from dataclasses import dataclass

import numpy as np

from benchbox.evaluation.cache import bounded, size
from benchbox.records import Mixture, Samples


def seconds(number: float, sample_rate: int = 8000) -> Samples:
    return np.zeros(round(number * sample_rate), np.float32)


def test_a_value_is_as_large_as_the_arrays_in_it() -> None:
    @dataclass
    class Opaque:
        frames: dict[str, Samples]

    clip = seconds(1)
    assert size(clip) == 32_000
    assert 64_000 <= size(Mixture(clip, clip, 8000, None, None)) < 64_100
    assert 96_000 <= size((clip, [clip], {"rate": 8000, "clip": clip})) < 96_100
    assert 32_000 <= size(Opaque({"clean": clip})) < 32_100
    assert size(None) == size("text") == size(seconds(0)) == 1


def test_short_clips_are_kept_by_the_hundred_and_long_ones_by_the_handful() -> None:
    short, long = bounded(megabytes=1), bounded(megabytes=1)
    for number in range(1000):
        short[number] = seconds(0.1)
        long[number] = seconds(8)
    assert len(short) == 2**20 // 3200
    assert list(long) == [996, 997, 998, 999]


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = bounded(megabytes=1)
    for number in range(4):
        cache[number] = seconds(8)
    assert cache[0].size
    cache[4] = seconds(8)
    assert sorted(cache) == [0, 2, 3, 4]


def test_a_clip_larger_than_the_cache_is_kept_alone() -> None:
    cache = bounded(megabytes=1)
    cache["short"] = seconds(1)
    cache["long"] = seconds(100)
    assert list(cache) == ["long"]
