"""What corpora and metrics give back is checked before it is used."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchbox.checks.returned import checked_entries, checked_measures, checked_utterance
from benchbox.errors import BadPlugin
from benchbox.records import Entry, Measure, Utterance

ENTRY = Entry("a", "r", "d")
SAMPLES = np.linspace(-0.5, 0.5, 8, dtype=np.float32)
CLEAN = Utterance(ENTRY, SAMPLES, 8000)


def test_entries_are_listed_whatever_holds_them() -> None:
    assert checked_entries(iter([ENTRY]), "mine") == [ENTRY]


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        (3, "corpus mine lists a int; wants benchbox.records.Entry"),
        (["a"], "corpus mine lists a str; wants benchbox.records.Entry"),
        ([Entry("a", "r", 5)], "an entry with digest=5; wants text"),  # type: ignore[arg-type]
        ([ENTRY, Entry("b", "r", "d"), ENTRY], "lists 2 entries with the id 'a'; wants one each"),
    ],
)
def test_what_is_no_list_of_entries_is_refused(entries: Any, says: str) -> None:
    with pytest.raises(BadPlugin, match=says):
        checked_entries(entries, "mine")


def test_an_utterance_is_taken_as_that_of_its_entry() -> None:
    other = Entry("b", "r", "d")
    taken = checked_utterance(replace(CLEAN, sample_rate=np.int64(16000)), other, "mine")  # type: ignore[arg-type]
    assert taken.entry == other
    assert type(taken.sample_rate) is int
    nothing_clean = replace(CLEAN, samples=SAMPLES[:0], noisy=20 * SAMPLES)
    assert checked_utterance(nothing_clean, ENTRY, "mine").noisy is nothing_clean.noisy


@pytest.mark.parametrize(
    ("loaded", "says"),
    [
        (SAMPLES, "a ndarray for a; wants benchbox.records.Utterance"),
        (replace(CLEAN, sample_rate=True), "a at True Hz"),
        (replace(CLEAN, sample_rate=999), "a at 999 Hz; wants a whole number from 1000 to 768000"),
        (replace(CLEAN, samples=SAMPLES.tolist()), "a list for a"),
        (replace(CLEAN, samples=SAMPLES[None]), r"2 dimensions, \[1, 8\], for a; .*: mono"),
        (replace(CLEAN, samples=SAMPLES[:0]), r"1 dimensions, \[0\], for a"),
        (replace(CLEAN, samples=SAMPLES.astype(np.float64)), "float64 for a"),
        (replace(CLEAN, samples=SAMPLES * np.float32("nan")), "NaN or infinite samples for a"),
        (replace(CLEAN, samples=5 * SAMPLES), "samples up to 2.5 for a; .*divide by full scale"),
        (replace(CLEAN, noisy=100 * SAMPLES), "samples up to 50 for a"),
        (replace(CLEAN, noisy=SAMPLES[1:]), "8 clean and 7 noisy samples for a"),
    ],
)
def test_audio_that_is_none_is_refused(loaded: Any, says: str) -> None:
    with pytest.raises(BadPlugin, match=f"corpus mine returned {says}"):
        checked_utterance(loaded, ENTRY, "mine")


@pytest.mark.parametrize(
    ("measures", "says"),
    [
        ("pesq", "has measures of type str; wants a list of Measure"),
        ({Measure("a")}, "has measures of type set"),
        (["a"], "has the measure 'a'; wants benchbox.records.Measure"),
        ([Measure("a"), Measure("a", "dB")], "has 2 measures called 'a'; wants one each"),
    ],
)
def test_measures_that_are_none_are_refused(measures: Any, says: str) -> None:
    with pytest.raises(BadPlugin, match=f"metric mine {says}"):
        checked_measures(measures, "mine")
    assert checked_measures([], "mine") == []
