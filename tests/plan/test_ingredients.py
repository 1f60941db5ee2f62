"""What a suite names is built once, or refused before anything is trained."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbox.errors import BadAudio, BadCorpus, BadPlugin, BadSuite, UnknownName
from benchbox.plan.ingredients import choose, digest
from benchbox.records import Entry, Split
from benchbox.testing import FakeCorpus
from tests.plan.plans import (
    NoTrainSplit,
    Unreadable,
    planned,
)


def test_a_smaller_limit_is_a_subset_of_a_larger_one() -> None:
    entries = FakeCorpus(recordings=30).entries("test")
    few, more = choose(entries, 5, seed=0), choose(entries, 12, seed=0)
    assert len(few) == 5
    assert set(few) < set(more)
    assert more == [entry for entry in entries if entry in more]
    assert choose(entries, 5, seed=1) != few


@given(st.lists(st.text() | st.integers() | st.floats(allow_nan=False) | st.none(), max_size=4))
def test_digests_are_twelve_hex_digits_and_repeatable(parts: list[Any]) -> None:
    assert digest(*parts) == digest(*parts)
    assert len(bytes.fromhex(digest(*parts))) == 6


def test_digests_do_not_run_parts_together() -> None:
    assert digest("ab", "c") != digest("a", "bc")


@pytest.mark.parametrize(
    ("settings", "error", "says"),
    [
        ({"denoisers": "sam"}, UnknownName, "did you mean 'same'"),
        ({"noises": "pnik"}, UnknownName, "valid: clips, fake, test_only"),
        (
            {"corpus": FakeCorpus(sample_rate=44100)},
            BadSuite,
            "error is not defined at 44100 Hz: choose other --metrics",
        ),
        ({"corpus": Unreadable()}, BadCorpus, "test-0 is truncated"),
        ({"corpus": NoTrainSplit(), "denoisers": "learns"}, BadCorpus, "no train split"),
        ({"noises": "test_only", "denoisers": "learns"}, BadAudio, "no train noise"),
    ],
)
def test_what_cannot_run_is_refused_before_anything_is_trained(
    settings: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        planned(**settings)


def test_what_is_missing_for_training_is_not_missed_where_nothing_learns() -> None:
    assert planned(corpus=NoTrainSplit(recordings=20), noises="test_only").jobs


@pytest.mark.parametrize(
    "name", ["../../outside", "/tmp/outside", "a/b", "..", "", "a b", "a\nb", "x" * 65, "-x"]
)
def test_a_name_that_would_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(BadSuite, match=r"^name = .* it names a folder, so letters, digits"):
        planned(name=name)


def test_an_snr_that_is_given_twice_is_refused() -> None:
    with pytest.raises(BadSuite, match=r"^snrs: 5 dB is given 2 times; name each once$"):
        planned(snrs="5,0,5.0")
    with pytest.raises(BadSuite, match=r"^snrs: 0 dB is given 2 times"):
        planned(snrs="0,-0.0")


def test_a_measure_that_two_metrics_give_is_refused() -> None:
    with pytest.raises(BadSuite, match=r"^error and also both give error: name one of these metrics$"):
        planned(metrics="error,also")


def test_equal_ids_of_a_corpus_are_refused() -> None:
    class Twins(FakeCorpus):
        def entries(self, split: Split) -> Sequence[Entry]:
            return [*super().entries(split), *super().entries(split)]

    with pytest.raises(BadPlugin, match=r"^corpus given lists 2 entries with the id '.*'; wants one each$"):
        planned(Twins())
