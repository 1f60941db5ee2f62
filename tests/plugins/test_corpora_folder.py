"""Folders of speech: what they list, how they split it, and what they say when they cannot."""

import os
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
from benchbox_corpora.folder import Folder

from benchbox import audio
from benchbox.checks.leaks import find_leaks
from benchbox.errors import BadAudio, BadCorpus
from benchbox.synthetic import speech_like
from benchbox.testing import CorpusContract

SPLIT_BY: tuple[Literal["excerpt", "recording"], ...] = ("excerpt", "recording")


def fill(folder: Path, *names: str, sample_rate: int = 8000) -> Path:
    """Write one second of speech-like sound to each name below the folder."""
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        audio.write(folder / name, speech_like(sample_rate, np.random.default_rng(number)), sample_rate)
    return folder


def ids(corpus: Folder, split: Any) -> list[str]:
    return [entry.id for entry in corpus.entries(split)]


class TestFolder(CorpusContract):
    path: ClassVar[Path]

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def files(cls, tmp_path_factory: pytest.TempPathFactory) -> None:
        cls.path = fill(tmp_path_factory.mktemp("speech"), *(f"clip{n}.wav" for n in range(6)))

    def make(self) -> Folder:
        return Folder(self.path)


def test_folder_reads_train_and_test_below_it(tmp_path: Path) -> None:
    corpus = Folder(fill(tmp_path, "train/b.wav", "train/deep/a.flac", "test/c.ogg", "other/d.wav"))
    assert ids(corpus, "train") == ["train/b.wav", "train/deep/a.flac"]
    assert ids(corpus, "test") == ["test/c.ogg"]


def test_folder_reads_the_layout_of_voicebank_demand(tmp_path: Path) -> None:
    fill(tmp_path, "clean_trainset_28spk_wav/p226_001.wav", "noisy_trainset_28spk_wav/p226_001.wav")
    corpus = Folder(fill(tmp_path, "clean_testset_wav/p232_001.wav", "noisy_testset_wav/p232_001.wav"))
    assert ids(corpus, "train") == ["clean_trainset_28spk_wav/p226_001.wav"]
    assert ids(corpus, "test") == ["clean_testset_wav/p232_001.wav"]


@pytest.mark.parametrize("prefix", ["", "speech/"], ids=["relative to the folder", "relative to its parent"])
def test_folder_takes_speakers_and_text_from_metadata(tmp_path: Path, prefix: str) -> None:
    folder = fill(tmp_path / "speech", "train/a.wav", "test/b.wav", "test/unlisted.wav")
    (folder / "metadata.csv").write_text(
        f'path,speaker,transcript\n{prefix}train/a.wav,anna,"yes, please"\n{prefix}test/b.wav,bert,\n'
    )
    (train,), (listed, unlisted) = Folder(folder).entries("train"), Folder(folder).entries("test")
    assert (train.speaker, train.text) == ("anna", "yes, please")
    assert (listed.speaker, listed.text) == ("bert", "")
    assert (unlisted.speaker, unlisted.text) == (None, "")


def test_folder_takes_names_that_are_no_utf_8(tmp_path: Path) -> None:
    names = [os.fsdecode(b"caf\xe9.wav"), "caf\u00e9.wav", "back\\xslash.wav", "two\nlines.wav"]
    folder = fill(tmp_path, *names)
    entries = [*Folder(folder).entries("train"), *Folder(folder).entries("test")]
    assert sorted(entry.id for entry in entries) == sorted([r"caf\xe9.wav", *names[1:]])
    for entry in entries:
        entry.id.encode()
        assert Folder(folder).load(entry).samples.size
    assert Folder(folder).fingerprint("test")


def test_folder_takes_the_split_from_metadata_where_it_has_no_sub_folders(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a.wav", "b.wav", "c.wav")
    (folder / "metadata.csv").write_text("path,split\na.wav,test\nb.wav,train\nc.wav,\n")
    assert ids(Folder(folder), "train") == ["b.wav"]
    assert ids(Folder(folder), "test") == ["a.wav"]


def test_folder_splits_by_speaker_where_it_must_split_itself(tmp_path: Path) -> None:
    names = [f"{speaker}-{take}.wav" for speaker in "abcde" for take in range(3)]
    folder = fill(tmp_path, *names)
    (folder / "metadata.csv").write_text("path,speaker\n" + "".join(f"{name},{name[0]}\n" for name in names))
    corpus = Folder(folder, test_fraction=0.4)
    test = {name[0] for name in ids(corpus, "test")}
    assert len(test) == 2
    assert sorted(ids(corpus, "train") + ids(corpus, "test")) == sorted(names)
    assert not test & {name[0] for name in ids(corpus, "train")}


def test_folder_split_follows_the_seed_and_outlives_other_files(tmp_path: Path) -> None:
    folder = fill(tmp_path, *(f"{number}.wav" for number in range(20)))
    test = set(ids(Folder(folder, test_fraction=0.25), "test"))
    assert len(test) == 5
    assert test != set(ids(Folder(folder, test_fraction=0.25, seed=1), "test"))
    (folder / next(name for name in ids(Folder(folder), "train") if name not in test)).unlink()
    assert set(ids(Folder(folder, test_fraction=0.25), "test")) == test


def test_folder_fingerprint_follows_the_audio(tmp_path: Path) -> None:
    folder = fill(tmp_path, "train/a.wav", "test/b.wav")
    before = Folder(folder).fingerprint("train"), Folder(folder).fingerprint("test")
    audio.write(folder / "train/a.wav", np.full(800, 0.5, np.float32), 8000)
    assert Folder(folder).fingerprint("train") != before[0]
    assert Folder(folder).fingerprint("test") == before[1]
    assert Folder(folder, sample_rate=16000).fingerprint("test") != before[1]


def test_folder_keeps_each_rate_unless_told(tmp_path: Path) -> None:
    fill(tmp_path, "train/a.wav")
    folder = fill(tmp_path, "test/b.wav", sample_rate=16000)
    rates = {split: next(Folder(folder).utterances(split)).sample_rate for split in ("train", "test")}
    assert rates == {"train": 8000, "test": 16000}
    resampled = next(Folder(folder, sample_rate=8000).utterances("test"))
    assert (resampled.sample_rate, len(resampled.samples)) == (8000, 8000)


def long_takes(folder: Path) -> Path:
    """Write three recordings of 4.6 s, at 16 kHz, to each side."""
    for number in range(6):
        name = f"{('train', 'test')[number % 2]}/{number}.wav"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        audio.write(folder / name, speech_like(73600, np.random.default_rng(number)), 16000)
    return folder


@pytest.mark.parametrize("sample_rate", [None, 8000])
def test_folder_cuts_recordings_into_their_whole_seconds(tmp_path: Path, sample_rate: int | None) -> None:
    folder = long_takes(tmp_path)
    whole = Folder(folder, sample_rate=sample_rate)
    cut = Folder(folder, sample_rate=sample_rate, excerpts=True)
    assert ids(cut, "test") == [f"test/{number}.wav#{second}" for number in (1, 3, 5) for second in range(4)]
    assert {entry.recording for entry in cut.entries("train")} == set(ids(whole, "train"))
    rate = sample_rate or 16000
    for recording in whole.utterances("test"):
        parts = [part for part in cut.utterances("test") if part.entry.recording == recording.entry.id]
        joined = np.concatenate([part.samples for part in parts])
        np.testing.assert_array_equal(joined, recording.samples[: 4 * rate])


def test_folder_deals_out_excerpts_whatever_the_folders_say(tmp_path: Path) -> None:
    folder = long_takes(tmp_path)
    dealt = Folder(folder, split="excerpt", test_fraction=0.5)
    train, test = ids(dealt, "train"), ids(dealt, "test")
    assert (len(train), len(test), len({*train, *test})) == (12, 12, 24)
    assert {*train, *test} == {
        name for side in ("test", "train") for name in ids(Folder(folder, excerpts=True), side)
    }
    assert set(test) != set(ids(Folder(folder, split="excerpt", test_fraction=0.5, seed=1), "test"))
    assert len(ids(Folder(folder / "train", split="excerpt", test_fraction=0.5), "test")) == 6
    (tmp_path / "nothing").mkdir()
    with pytest.raises(BadCorpus, match="no test split in"):
        Folder(tmp_path / "nothing", split="excerpt").entries("test")


def test_a_split_by_excerpt_is_a_leak_and_one_by_recording_is_none(tmp_path: Path) -> None:
    leaky, sound = (Folder(long_takes(tmp_path), split=split, excerpts=True) for split in SPLIT_BY)
    leaks = find_leaks(leaky, [], [], leaky.entries("test"))
    assert {(leak.kind, leak.refused) for leak in leaks} == {("recording", True)}
    assert find_leaks(sound, [], [], sound.entries("test")) == []


def test_folder_names_what_is_wrong_with_it(tmp_path: Path) -> None:
    only_test = fill(tmp_path / "only_test", "test/a.wav")
    single = fill(tmp_path / "single", "a.wav")
    bad_table = fill(tmp_path / "bad_table", "a.wav", "b.wav")
    (bad_table / "metadata.csv").write_text("file,speaker\na.wav,anna\n")
    (tmp_path / "empty").mkdir()
    expected = {
        tmp_path / "missing": "does not exist",
        single / "a.wav": "is a file",
        tmp_path / "empty": r"no audio in .*\.wav",
        only_test: "no train split in .*only_test/train",
        single: "one speaker or recording .*a.wav",
        bad_table: "needs a column named path",
    }
    for path, message in expected.items():
        with pytest.raises(BadCorpus, match=message) as caught:
            Folder(path).entries("train")
        assert "\n" not in str(caught.value)


def test_folder_names_the_file_that_cannot_be_read(tmp_path: Path) -> None:
    folder = fill(tmp_path, "train/a.flac", "test/b.flac")
    whole = (folder / "test/b.flac").read_bytes()
    (folder / "test/b.flac").write_bytes(whole[: len(whole) // 2])
    corpus = Folder(folder)
    with pytest.raises(BadAudio, match=r"test/b\.flac .*truncated"):
        corpus.load(corpus.entries("test")[0])


def test_folder_reads_the_shared_speech(shared_audio: Path) -> None:
    corpus = Folder(shared_audio / "speech")
    train, test = corpus.entries("train"), corpus.entries("test")
    assert (len(train), len(test)) == (786, 125)
    speakers = [{entry.speaker for entry in entries} for entries in (train, test)]
    assert len(speakers[1]) == 56
    assert not speakers[0] & speakers[1]
    assert any(entry.text for entry in test)
    assert corpus.load(test[0]).sample_rate == 8000
