"""Our STOI and ESTOI against pystoi, an independent implementation."""

import numpy as np
import pystoi
import pytest
from benchbox_metrics.stoi import STOI
from hypothesis import given, settings
from hypothesis import strategies as st

from benchbox.errors import Unscorable
from benchbox.records import Samples
from benchbox.synthetic import speech_like
from benchbox.testing import MetricContract

TOLERANCE = 1e-6
RATES = (8000, 10000, 11025, 11027, 16000, 22050, 44100, 48000)


class TestSTOIByPystoi(MetricContract):
    spec = "stoi(engine=library)"


def by_engine(clean: Samples, estimate: Samples, sample_rate: int) -> list[dict[str, float] | str]:
    """Return what the two engines say, which may be a reason not to score."""
    found: list[dict[str, float] | str] = []
    for metric in (STOI(), STOI(engine="library")):
        try:
            found.append(dict(metric.score(metric.prepare(clean, sample_rate), estimate)))
        except Unscorable as reason:
            found.append(str(reason))
    return found


def speech(seconds: float, sample_rate: int, seed: int = 0) -> Samples:
    return speech_like(round(seconds * sample_rate), np.random.default_rng(seed), sample_rate)


@settings(max_examples=60)
@given(
    sample_rate=st.sampled_from(RATES),
    seconds=st.floats(0.3, 4.0),
    seed=st.integers(0, 99),
    noise_db=st.floats(-80, 0),
    gain_db=st.floats(-120, 20),
    silent=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    clean_silent=st.booleans(),
)
def test_stoi_and_estoi_are_those_of_pystoi(
    sample_rate: int,
    seconds: float,
    seed: int,
    noise_db: float,
    gain_db: float,
    silent: tuple[float, float],
    clean_silent: bool,
) -> None:
    clean = speech(seconds, sample_rate, seed)
    noise = np.random.default_rng(seed).standard_normal(len(clean))
    estimate = (10 ** (gain_db / 20) * (clean + 10 ** (noise_db / 20) * noise)).astype(np.float32)
    start, end = (round(at * len(clean)) for at in sorted(silent))
    (clean if clean_silent else estimate)[start:end] = 0
    own, library = by_engine(clean, estimate, sample_rate)
    # Where both clips are unfit, the one is refused for the clean clip, the other for the estimate.
    assert isinstance(own, str) == isinstance(library, str)
    assert isinstance(own, str) or own == pytest.approx(library, abs=TOLERANCE)


@pytest.mark.parametrize("sample_rate", RATES)
def test_a_clip_against_itself_a_tone_and_a_half_are_those_of_pystoi(sample_rate: int) -> None:
    clean = speech(3.0, sample_rate)
    tone = np.sin(0.3 * np.arange(len(clean))).astype(np.float32)
    half = np.where(np.arange(len(clean)) < len(clean) // 2, clean, np.float32(0))
    for estimate in (clean, -clean, tone, half):
        own, library = by_engine(clean, estimate, sample_rate)
        assert own == pytest.approx(library, abs=TOLERANCE)


def test_engines_say_which_they_are_and_pystoi_is_called_as_anybody_calls_it() -> None:
    clean = speech(2.0, 16000)
    metric = STOI(extended=False, engine="library")
    noisy = (clean + 0.02 * np.random.default_rng(0).standard_normal(len(clean))).astype(np.float32)
    assert metric.score(metric.prepare(clean, 16000), noisy) == {"stoi": pystoi.stoi(clean, noisy, 16000)}
    assert STOI().identity != metric.identity


def test_an_estimate_of_another_length_is_refused() -> None:
    clean = speech(2.0, 8000)
    metric = STOI()
    with pytest.raises(ValueError, match="15999 samples against 16000 of the clean clip"):
        metric.score(metric.prepare(clean, 8000), clean[:-1])
