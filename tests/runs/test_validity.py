"""Nothing is scored by a metric that is off, or on audio that was trained on."""

from pathlib import Path

import pytest

from benchbox.errors import BadCorpus
from tests.fakes import run_here, suite

pytestmark = pytest.mark.usefixtures("fakes")


def test_audio_shared_by_training_and_test_is_refused_or_marked() -> None:
    with pytest.raises(BadCorpus, match=r"train-5, test test-2: the same samples.*--allow-leakage"):
        run_here(suite(denoisers="learner", corpus="leaky"), "out")
    assert not Path("out").exists()
    run = run_here(suite(denoisers="learner", corpus="leaky", allow_leakage=True), "out")
    assert run.leaderboard().table.notes[0].startswith("LEAKAGE: ")


def test_weights_that_have_seen_the_test_elsewhere_are_refused_or_marked() -> None:
    run_here(suite(denoisers="learner", corpus="leaky", allow_leakage=True), "elsewhere")
    [kept] = Path("elsewhere/systems").glob("*/trained_on.npz")
    kept.rename("brought.npz")
    told = r"what brought was trained on and test share .*train-5, test test-2: the same samples"
    with pytest.raises(BadCorpus, match=f"{told}.*--allow-leakage"):
        run_here(suite(denoisers="brought,half", corpus="leaky"), "out")
    assert not Path("out/manifest.json").exists()
    run = run_here(suite(denoisers="brought,half", corpus="leaky", allow_leakage=True), "out")
    assert run.leaderboard().table.notes[0].startswith("LEAKAGE: what brought was trained on")
    assert run_here(suite(denoisers="brought"), "clean").manifest.leaks is None


def test_nothing_leaks_where_nothing_learns() -> None:
    assert run_here(suite(corpus="leaky"), "out").manifest.leaks is None
