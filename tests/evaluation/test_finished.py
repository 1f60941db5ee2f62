"""Estimates that another program made are found, and made as long as their mixture."""

import numpy as np
import pytest

from benchbox.errors import BadAudio
from benchbox.evaluation.finished import look_up
from benchbox.interfaces import FinishedEstimates
from benchbox.records import Entry, Mixture, Samples

NOISY = np.ones(8000, np.float32)
MIXTURE = Mixture(NOISY, NOISY, 8000, None, None)
ENTRY = Entry("a", "r", "d")


class Shelf(FinishedEstimates):
    padding_seconds = 0.04

    def __init__(self, length: int) -> None:
        self.length = length

    def look_up(self, entry: Entry, sample_rate: int) -> Samples:
        return np.full(self.length, 0.5, np.float32)

    def holds(self, entry: Entry) -> bool:
        return True

    def fingerprint(self) -> str:
        return ""


@pytest.mark.parametrize("surplus", [0, 320, -320])
def test_up_to_the_padding_an_estimate_is_cut_or_padded_with_zeros(surplus: int) -> None:
    estimate, told = look_up(Shelf(8000 + surplus), MIXTURE, ENTRY)
    assert told == surplus
    expected = np.full(8000, 0.5, np.float32)
    expected[8000 + min(surplus, 0) :] = 0
    np.testing.assert_array_equal(estimate, expected)


@pytest.mark.parametrize(("surplus", "how"), [(321, "longer"), (-321, "shorter")])
def test_beyond_the_padding_it_is_refused_with_both_lengths(surplus: int, how: str) -> None:
    with pytest.raises(BadAudio, match=rf"of a has {8000 + surplus} samples, 321 {how} than the 8000.*40 ms"):
        look_up(Shelf(8000 + surplus), MIXTURE, ENTRY)
