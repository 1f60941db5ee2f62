"""What does not give the same twice is named, and what does is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchbox.runs.folder import Run
from tests.fakes import run_here, suite

PLUGINS = """
import numpy as np
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Denoiser, Metric, NoiseModel
from benchbox.records import Measure

class Counting(Denoiser):
    calls = 0
    def denoise(self, noisy, sample_rate):
        self.calls += 1
        return noisy / self.calls

class Unseeded(NoiseModel):
    def sample(self, length, sample_rate, rng):
        return np.random.default_rng().standard_normal(length).astype(np.float32)

class Random(Metric):
    def measures(self, sample_rate):
        return [Measure("random")]
    def score(self, reference, estimate):
        clean, _ = reference
        # It prefers a clip itself, which is asked of every metric first.
        return {"random": -float(np.mean((clean - estimate) ** 2)) - 1e-6 * np.random.default_rng().random()}

@hookimpl
def register_denoisers(register):
    register("counting", Counting)

@hookimpl
def register_noises(register):
    register("unseeded", Unseeded)

@hookimpl
def register_metrics(register):
    register("random", Random)
"""
PART = "in another process"


@pytest.fixture(autouse=True)
def _plugins(install_plugin: Callable[[str, str], None], fakes: None) -> None:
    install_plugin("steadiness_fakes", PLUGINS)


def unsteady(**settings: str) -> list[str]:
    run = run_here(suite(snrs="5", limit=3, **settings), "out", examples=0)
    return list(Run.open(Path("out")).manifest.unsteady or run.manifest.unsteady)


def test_what_repeats_itself_is_not_named() -> None:
    assert unsteady(denoisers="half,learner", noises="white,pink") == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"denoisers": "counting"}, f"counting gave another estimate of the same mixture {PART}"),
        ({"noises": "white,unseeded"}, f"noise unseeded gave another mixture of the same clip {PART}"),
        ({"metrics": "nsr,random"}, f"metric random gave another score of the same estimate {PART}"),
    ],
)
def test_what_does_not_repeat_itself_is_named_alone(settings: dict[str, str], sentence: str) -> None:
    assert unsteady(**settings) == [sentence]


def test_what_failed_is_not_tried_again() -> None:
    assert unsteady(denoisers="wrong,half") == []
