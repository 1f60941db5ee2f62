"""The leaderboard of every noise and SNR."""

import pytest

from benchbox.leaderboard import leaderboard
from benchbox.report import content_of
from benchbox.runs.folder import Run


def test_there_is_a_view_for_every_noise_and_snr_and_it_is_the_leaderboard_there(finished: Run) -> None:
    data = content_of([finished]).data
    labels = [system["label"] for system in data["systems"]]
    places: list[tuple[object, ...]] = [(view["noise"], view["snr"]) for view in data["views"]]
    assert sorted(places, key=str) == sorted(
        [(noise, snr) for noise in (None, "white", "pink") for snr in (None, 0.0, 10.0)], key=str
    )
    table = leaderboard(finished.results, by=("noise", "snr"))
    for row in table.rows:
        view = data["views"][places.index(row.group)]
        for name, cell in row.cells.items():
            told = view["cells"][name][labels.index(row.system)]
            assert (told and told[0]) == (cell.mean and pytest.approx(cell.mean.mean, rel=1e-5))
        assert view["ranks"]["si_sdr"][labels.index(row.system)] == row.rank
