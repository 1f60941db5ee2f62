from pathlib import Path

import numpy as np
import pytest

from benchbox.plots.differences import Difference, edges_of, plot_differences
from benchbox.records import Measure
from benchbox.results.statistics import Interval


@pytest.mark.parametrize("values", [[1.0, 2.0, 5.0], [-1.0, 0.0, 0.3], [-3.0, -1.0], [0.0, 0.0], [-0.1, 7.0]])
def test_bins_hold_every_value_once_and_zero_is_an_edge(values: list[float]) -> None:
    edges = edges_of(np.array(values))
    assert np.isclose(edges, 0).any()
    assert (np.diff(edges) > 0).all()
    assert np.histogram(values, edges)[0].sum() == len(values)


def test_a_panel_a_pair_says_what_the_test_says(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(1, 1, 40)
    made = [
        Difference("best", other, values, Interval(1, 0.7, 1.3), p)
        for other, p in (("one", 0.0001), ("two", 0.04), ("three", 0.5), ("noisy", None))
    ]
    text = plot_differences(Measure("si_sdr", "dB"), made, tmp_path / "d")[1].read_text()
    assert "best less one" in text
    for label in ("apart (p &lt; 0.001)", "apart (p = 0.040)", "tied (p = 0.50)", "no paired test"):
        assert label in text
    assert "difference in si_sdr (dB)" in text
