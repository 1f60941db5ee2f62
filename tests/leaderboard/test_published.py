"""Figures from the literature."""

import pytest

from benchbox.errors import UnknownName
from benchbox.leaderboard.published import PUBLISHED, published


def test_what_was_published_is_found_by_its_test_set_and_an_unknown_one_is_named() -> None:
    assert published("voicebank_demand").rows[-1].system == "GTCRN"
    with pytest.raises(UnknownName, match="no published test set 'voicebank'; did you mean 'voicebank_dem"):
        published("voicebank")


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_figures_are_in_the_ranges_of_their_measures(name: str) -> None:
    for row in published(name).rows:
        assert 1 < row.pesq_wb < 4.65, row
        assert 0.9 < row.stoi < 1, row
        assert 10 < row.si_sdr < 25, row
