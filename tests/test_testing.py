"""The conformance kit: what a run takes passes, and what fails says what was expected and what came."""

import ast
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchbox import testing
from benchbox.errors import BadPlugin
from benchbox.interfaces import Denoiser, Metric, NoiseModel
from benchbox.records import Entry, Measure, Samples, Split, Utterance
from benchbox.testing import CorpusContract, DenoiserContract, FakeCorpus, MetricContract, NoiseContract


def test_every_assert_has_a_message() -> None:
    tree = ast.parse(Path(testing.__file__).read_text())
    bare = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert) and node.msg is None]
    assert not bare


# ----------------------------------------------------------------------------------------------- denoisers


class Gives(Denoiser):
    def __init__(self, make: Callable[[Samples], Any]) -> None:
        self.make = make

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return self.make(noisy)


def spoil(noisy: Samples) -> Samples:
    noisy *= 0.5
    return noisy


def test_floats_that_a_run_takes_pass_the_kit() -> None:
    kit = DenoiserContract()
    for dtype in (np.float16, np.float32, np.float64):
        denoiser = Gives(lambda noisy, dtype=dtype: noisy.astype(dtype))  # type: ignore[misc]
        kit.test_keeps_the_length_for_any_length(denoiser, 100)
        kit.test_repeats_itself_whatever_came_between(denoiser)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda noisy: (noisy * 32767).astype(np.int16), "returned int16; wants float32 in [-1, 1]"),
        (lambda noisy: noisy[None], "returned 2 dimensions"),
        (lambda noisy: noisy[1:], "returned 99 samples for 100"),
        (lambda noisy: noisy / 0 * 0, "returned NaN or infinite samples"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_an_estimate_that_a_run_refuses_fails_with_the_runs_words(
    made: Callable[[Samples], Any], says: str
) -> None:
    with pytest.raises(BadPlugin) as failed:
        DenoiserContract().test_keeps_the_length_for_any_length(Gives(made), 100)
    assert str(failed.value).startswith(says)


def test_a_denoiser_with_habits_is_told_of_them() -> None:
    with pytest.raises(AssertionError, match="denoise changed the array it was given"):
        DenoiserContract().test_leaves_its_input_alone(Gives(spoil))
    calls = iter(range(10))
    with pytest.raises(AssertionError, match="keep no state between calls"):
        DenoiserContract().test_repeats_itself_whatever_came_between(
            Gives(lambda noisy: noisy * np.float32(next(calls)))
        )


# -------------------------------------------------------------------------------------------------- noises


class Noise(NoiseModel):
    def __init__(self, make: Callable[[int, np.random.Generator], Any]) -> None:
        self.make = make

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        return self.make(length, rng)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda length, rng: rng.standard_normal(length), "sample returned float64 [100], not float32 [100]"),
        (lambda length, rng: np.zeros(length + 1, np.float32), "sample returned float32 [101], not"),
        (lambda length, rng: [0.0] * length, "sample returned a list, not float32 [100]"),
        (lambda length, rng: np.full(length, np.nan, np.float32), "sample returned NaN or infinite samples"),
    ],
)
def test_noise_that_a_run_refuses_fails(made: Callable[[int, np.random.Generator], Any], says: str) -> None:
    class Contract(NoiseContract):
        def make(self) -> NoiseModel:
            return Noise(made)

    with pytest.raises(AssertionError) as failed:
        Contract().test_fits_any_length(100)
    assert str(failed.value).startswith(says)


def test_noise_that_does_not_draw_from_the_rng_is_told_so() -> None:
    class Constant(NoiseContract):
        def make(self) -> NoiseModel:
            return Noise(lambda length, rng: np.ones(length, np.float32))

    class Unseeded(NoiseContract):
        def make(self) -> NoiseModel:
            own = np.random.default_rng()
            return Noise(lambda length, rng: own.standard_normal(length).astype(np.float32))

    with pytest.raises(AssertionError, match="two seeds gave the same noise"):
        Constant().test_draws_from_the_given_rng_alone()
    with pytest.raises(AssertionError, match="draw from `rng` alone"):
        Unseeded().test_draws_from_the_given_rng_alone()


# ------------------------------------------------------------------------------------------------- metrics


SIGNAL = np.ones(9, np.float32)


class Scores(Metric):
    def __init__(self, values: Mapping[str, float], *measures: Measure) -> None:
        self.values, self.declared = values, measures

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        return self.declared

    def score(self, reference: Any, estimate: Samples) -> Mapping[str, float]:
        return self.values


@pytest.mark.parametrize(
    ("metric", "says"),
    [
        (Scores({}), "measures(8000) is empty"),
        (Scores({"b": 1.0}, Measure("a")), "score gave ['b'], measures declares ['a']"),
        (Scores({"a": np.nan}, Measure("a")), "a is nan: raise Unscorable"),
        (Scores({"a": 2.0}, Measure("a", bounds=(0, 1))), "a is 2.0, above its upper bound 1"),
        (Scores({"a": -2.0}, Measure("a", bounds=(0, 1))), "a is -2.0, below its lower bound 0"),
    ],
)
def test_a_metric_that_does_not_give_what_it_declares_is_told_so(metric: Metric, says: str) -> None:
    class Contract(MetricContract):
        def make(self) -> Metric:
            return metric

    with pytest.raises(AssertionError) as failed:
        Contract().test_gives_the_measures_it_declares_within_their_bounds(SIGNAL, SIGNAL)
    assert str(failed.value).startswith(says)


def test_a_metric_that_cannot_tell_clean_from_noisy_is_told_so() -> None:
    class Contract(MetricContract):
        def make(self) -> Metric:
            return Scores({"a": 1.0}, Measure("a"))

    with pytest.raises(AssertionError, match=r"of the clean signal is 1\.0, of a noisy one 1\.0"):
        Contract().test_prefers_the_clean_signal(SIGNAL, SIGNAL)


# ------------------------------------------------------------------------------------------------- corpora


class Shared(FakeCorpus):
    def entries(self, split: Split) -> Sequence[Entry]:
        return super().entries("test")

    def load(self, entry: Entry) -> Utterance:
        utterance = super().load(entry)
        return Utterance(entry, utterance.samples.astype(np.float64), utterance.sample_rate)


def test_a_corpus_that_breaks_its_contract_is_told_what_is_shared_or_wrong() -> None:
    kit, corpus = CorpusContract(), Shared()
    with pytest.raises(AssertionError, match=r"more than once: test-0, test-1, test-2 and 5 more"):
        kit.test_names_each_utterance_once(corpus)
    with pytest.raises(AssertionError, match="train and test share a recording: test-0, test-1"):
        kit.test_splits_share_no_recording_and_no_speaker(corpus)
    with pytest.raises(AssertionError, match=r"load returned float64 \[16000\], not float32 \[time\]"):
        kit.test_loads_what_it_lists(corpus)
