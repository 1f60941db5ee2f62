"""The corpus that is spoken by a program."""

import ctypes
import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchbox_corpora.banking import INTENTS
from benchbox_corpora.spoken import Spoken

from benchbox import audio
from benchbox.errors import BadCorpus
from benchbox.records import Entry, Split
from benchbox.testing import CorpusContract

SPLITS: tuple[Split, ...] = ("test", "train")


class TestSpoken(CorpusContract):
    spec = "spoken"


@pytest.fixture(scope="module")
def spoken() -> Spoken:
    return Spoken()


def digest_of(spoken: Spoken, entry: Entry) -> str:
    return hashlib.sha256(spoken.load(entry).samples.tobytes()).hexdigest()


def test_spoken_has_14_intents_from_each_of_its_voices(spoken: Spoken) -> None:
    train, test = spoken.entries("train"), spoken.entries("test")
    assert (len(train), len(test)) == (196, 70)
    assert len({entry.speaker for entry in train} | {entry.speaker for entry in test}) == 19
    minds14 = (
        "abroad address app_error atm_limit balance business_loan card_issues cash_deposit direct_debit "
        "freeze high_value_payment joint_account latest_transactions pay_bill"
    )
    assert sorted(INTENTS) == minds14.split()


def test_spoken_splits_share_no_voice_variant_and_no_sentence(spoken: Spoken) -> None:
    def variants(split: Any) -> set[str]:
        return {str(entry.speaker).partition("+")[2] for entry in spoken.entries(split)}

    assert not variants("train") & variants("test")
    assert not {entry.text for entry in spoken.entries("train")} & {
        entry.text for entry in spoken.entries("test")
    }
    for intent in INTENTS.values():
        assert not set(intent.train) & set(intent.test)


def test_spoken_is_speech_of_telephone_length_and_varied_level(spoken: Spoken) -> None:
    loaded = [spoken.load(entry) for entry in spoken.entries("test")]
    seconds = [len(utterance.samples) / utterance.sample_rate for utterance in loaded]
    assert min(seconds) > 3
    assert max(seconds) < 10
    peaks_dbfs = [20 * np.log10(np.abs(utterance.samples).max()) for utterance in loaded]
    assert min(peaks_dbfs) > -15.1
    assert max(peaks_dbfs) < -1.9
    assert np.std(peaks_dbfs) > 2
    assert {utterance.sample_rate for utterance in loaded} == {8000}


def test_spoken_at_16_khz_is_the_same_speech(spoken: Spoken) -> None:
    entry = spoken.entries("test")[3]
    wide_entry = Spoken(sample_rate=16000).entries("test")[3]
    wide = Spoken(sample_rate=16000).load(wide_entry)
    assert wide.sample_rate == 16000
    assert wide_entry.digest != entry.digest
    narrow = spoken.load(entry).samples
    again = audio.resample(wide.samples, 16000, 8000)[: len(narrow)]
    similarity = np.dot(again, narrow[: len(again)]) / np.linalg.norm(again) / np.linalg.norm(narrow)
    assert similarity > 0.99


def test_spoken_sounds_the_same_whatever_was_spoken_before(spoken: Spoken) -> None:
    entry, *others = spoken.entries("test")[:15]
    first = digest_of(spoken, entry)
    for other in others:
        spoken.load(other)
    ctypes.CDLL(None).srand(12345)
    assert digest_of(spoken, entry) == first


def test_every_voice_sounds_the_same_in_another_process(spoken: Spoken) -> None:
    # Another process starts at another second: breathy voices take their noise from the clock if let.
    program = (
        "import hashlib; from benchbox_corpora.spoken import Spoken; spoken = Spoken();"
        "print(*[hashlib.sha256(spoken.load(entry).samples.tobytes()).hexdigest()"
        " for split in ('test', 'train') for entry in reversed(spoken.entries(split)[::14])])"
    )
    other = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=_env()
    )
    one_a_voice = [entry for split in SPLITS for entry in reversed(spoken.entries(split)[::14])]
    assert len({entry.speaker for entry in one_a_voice}) == 19
    assert other.stdout.split() == [digest_of(spoken, entry) for entry in one_a_voice]


def test_spoken_sounds_the_same_from_many_threads(spoken: Spoken) -> None:
    entries = spoken.entries("test")[:12]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda entry: digest_of(spoken, entry), entries))
    assert together == [digest_of(spoken, entry) for entry in entries]


def test_spoken_speaks_from_a_deep_folder_and_prints_nothing(
    spoken: Spoken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import espeakng_loader

    entry = spoken.entries("test")[0]
    before = digest_of(spoken, entry)
    deep = tmp_path / ("a" * 100) / ("b" * 100)
    deep.mkdir(parents=True)
    (deep / "data").symlink_to(espeakng_loader.get_data_path())
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(deep / "data"))
    assert digest_of(spoken, entry) == before
    assert capfd.readouterr() == ("", "")


def test_spoken_without_its_library_says_so(spoken: Spoken, monkeypatch: pytest.MonkeyPatch) -> None:
    import espeakng_loader

    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: "/nowhere/libespeak-ng.so")
    with pytest.raises(BadCorpus, match=r"library cannot be loaded .*reinstall the espeakng-loader"):
        spoken.load(spoken.entries("test")[0])


def _env() -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
