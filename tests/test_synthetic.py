"""Sounds made in code."""

import numpy as np
import pytest

from benchbox.mixing import active_level_db
from benchbox.synthetic import speech_like


@pytest.mark.parametrize("sample_rate", [8000, 16000, 48000])
def test_a_voice_is_as_loud_at_every_rate_and_has_pauses(sample_rate: int) -> None:
    sound = speech_like(4 * sample_rate, np.random.default_rng(0), sample_rate)
    assert sound.dtype == np.float32
    assert active_level_db(sound, sample_rate) == pytest.approx(-30, abs=0.5)
    assert 0.2 < np.mean(sound == 0) < 0.8


def test_the_same_generator_gives_the_same_voice_and_another_one_another() -> None:
    first, again, other = (speech_like(8000, np.random.default_rng(seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
