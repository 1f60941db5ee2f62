"""A run that is killed ends with the scores of one that was not; `make torture` kills for an hour."""

from pathlib import Path

import pytest
import torture


def test_a_killed_run_on_a_cluster_ends_with_the_scores_of_an_undisturbed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    small = ("--noises", "white", "--snrs", "0", "--limit", "2", "--metrics", "si_sdr", "--examples", "0")
    monkeypatch.setitem(torture.SUITES, "scoring", ("--denoisers", "wiener", *small))
    torture.Torture(tmp_path, seed=1).round("scoring", "dask", kills=1)
