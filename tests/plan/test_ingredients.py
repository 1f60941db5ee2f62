"""What a suite names is built once, or refused before anything is trained."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbox import audio
from benchbox.errors import BadAudio, BadCorpus, BadPlugin, BadSuite, UnknownName
from benchbox.plan.ingredients import choose, digest
from benchbox.plan.suite import Suite
from benchbox.records import Entry, Split
from benchbox.runs.runner import run
from benchbox.testing import FakeCorpus
from tests.pairs import clean_clip, noisy_clip
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


def pairs_at(folder: Path, *rates: int) -> Suite:
    """Write a pair at each rate; return a suite that scores them."""
    for number, rate in enumerate(rates):
        clean = clean_clip(number, rate, 1.0)
        for side, samples in (("clean", clean), ("noisy", noisy_clip(clean, number, rate))):
            (folder / side).mkdir(exist_ok=True)
            audio.write(folder / side / f"p{number}.wav", samples, rate, "FLOAT")
    corpus = f'paired(clean="{folder}/clean", noisy="{folder}/noisy")'
    return Suite(denoisers="noisy", corpus=corpus, metrics="pesq,si_sdr")


@pytest.mark.parametrize("rate", [44100, 48000])
def test_what_is_not_defined_at_a_rate_is_refused_with_what_to_write(rate: int, tmp_path: Path) -> None:
    suite = pairs_at(tmp_path, rate)
    with pytest.raises(BadSuite) as refused:
        run(suite, tmp_path / "run", in_process=True)
    assert str(refused.value) == (
        f"pesq is not defined at {rate} Hz: --metrics 'pesq(resample=true),si_sdr' resamples the audio for it"
    )
    suite = suite.model_copy(update={"metrics": Suite(metrics="pesq(resample=true),si_sdr").metrics})
    asked = run(suite, tmp_path / "asked", in_process=True, examples=0)
    assert set(asked.to_frame().columns) >= {"pesq_nb_16k", "pesq_wb_16k", "si_sdr"}
    assert set(asked.scores["status"]) == {"ok"}
    assert asked.results.identities["pesq_wb_16k"]["metric"] == "pesq(resample=true)"


def test_what_cannot_be_resampled_is_to_be_left_out(tmp_path: Path) -> None:
    pairs_at(tmp_path, 8000)
    corpus = f'paired(clean="{tmp_path}/clean", noisy="{tmp_path}/noisy")'
    for metrics, told in (
        ("pesq(mode=wb),si_sdr", r"Hz: --metrics 'si_sdr' leaves it out"),
        ("pesq(mode=wb)", "choose other --metrics"),
    ):
        with pytest.raises(BadSuite, match=told):
            run(Suite(denoisers="noisy", corpus=corpus, metrics=metrics), tmp_path / "run", in_process=True)


def test_a_clip_of_another_rate_is_a_failed_row_that_says_so(tmp_path: Path) -> None:
    done = run(pairs_at(tmp_path, 16000, 48000), tmp_path / "run", in_process=True, examples=0)
    failed = done.scores[done.scores["status"] != "ok"]
    assert sorted(zip(failed["utterance"], failed["measure"], failed["failure"], strict=True)) == [
        ("p1", "pesq_nb", "pesq is not defined at 48000 Hz"),
        ("p1", "pesq_wb", "pesq is not defined at 48000 Hz"),
    ]
