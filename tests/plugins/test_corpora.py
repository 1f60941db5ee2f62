"""Corpora: what they list, how they split it, and what they say when they cannot."""

import ctypes
import hashlib
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from benchbox_corpora.banking import INTENTS
from benchbox_corpora.folder import Folder
from benchbox_corpora.minds14 import Minds14
from benchbox_corpora.spoken import Spoken

from benchbox import audio
from benchbox.checks.leaks import find_leaks
from benchbox.errors import BadAudio, BadCorpus
from benchbox.records import Entry, Split
from benchbox.synthetic import speech_like
from benchbox.testing import CorpusContract

# -------------------------------------------------------------------------------------------------- spoken

SPLITS: tuple[Split, ...] = ("test", "train")
SPLIT_BY: tuple[Literal["excerpt", "recording"], ...] = ("excerpt", "recording")


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


# -------------------------------------------------------------------------------------------------- folder


def fill(folder: Path, *names: str, sample_rate: int = 8000) -> Path:
    """Write one second of speech-like sound to each name below the folder."""
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        audio.write(folder / name, speech_like(sample_rate, np.random.default_rng(number)), sample_rate)
    return folder


def ids(corpus: Folder | Minds14, split: Any) -> list[str]:
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
    assert {*train, *test} == {name for side in SPLITS for name in ids(Folder(folder, excerpts=True), side)}
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


# ------------------------------------------------------------------------------------------------- minds14


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the tests out of the user's cache of data sets."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    return tmp_path


def minds14_like(path: Path, recordings: int = 10, seconds: float = 2.5) -> Path:
    """Write a parquet file with the columns of PolyAI/minds14."""
    rows = []
    for number in range(recordings):
        wav = path.parent / "clip.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        audio.write(wav, speech_like(round(seconds * 8000), np.random.default_rng(number)), 8000)
        name = f"en-US~PAY_BILL/{number:04}.wav"
        rows.append(
            {
                "path": f"/root/.cache/{name}",
                "audio": {"bytes": wav.read_bytes(), "path": name},
                "transcription": f"request {number}",
                "english_transcription": f"request {number}",
                "intent_class": 13,
                "lang_id": 4,
            }
        )
        wav.unlink()
    pyarrow.parquet.write_table(pa.Table.from_pylist(rows), path)
    return path


class TestMinds14(CorpusContract):
    source: ClassVar[Path]

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def table(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        import datasets

        folder = tmp_path_factory.mktemp("minds14")
        cls.source = minds14_like(folder / "en-US" / "train-00000-of-00001.parquet")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(datasets.config, "HF_DATASETS_CACHE", folder / "cache")
            yield

    def make(self) -> Minds14:
        return Minds14(str(self.source))


def test_minds14_reads_a_folder_of_configs_as_it_reads_a_file(cache: Path) -> None:
    file = minds14_like(cache / "data" / "en-US" / "train-00000-of-00001.parquet")
    minds14_like(cache / "data" / "de-DE" / "train-00000-of-00001.parquet", recordings=3)
    whole = Minds14(str(cache / "data"))
    assert whole.entries("train") == Minds14(str(file)).entries("train")
    assert whole.entries("train") == Minds14(str(file.parent)).entries("train")
    assert (len(whole.entries("train")), len(whole.entries("test"))) == (8, 2)
    assert len(Minds14(str(cache / "data"), config="de-DE").entries("train")) == 2


def test_minds14_entries_have_names_and_text_without_the_path_of_a_machine(cache: Path) -> None:
    corpus = Minds14(str(minds14_like(cache / "table.parquet")))
    entry = corpus.entries("test")[0]
    number = int(entry.id[-8:-4])
    assert entry.id == entry.recording == f"en-US~PAY_BILL/{number:04}.wav"
    assert (entry.text, entry.speaker) == (f"request {number}", None)
    expected = speech_like(20000, np.random.default_rng(number))
    np.testing.assert_allclose(corpus.load(entry).samples, expected, atol=1 / 32768)


def test_minds14_excerpts_leak_as_the_paper_s_do_and_recordings_do_not(cache: Path) -> None:
    source = str(minds14_like(cache / "table.parquet", recordings=10, seconds=3.5))
    leaky, sound = Minds14(source, split="excerpt", test_fraction=0.3), Minds14(source, test_fraction=0.3)
    recordings = [{entry.recording for entry in leaky.entries(split)} for split in ("train", "test")]
    assert recordings[0] & recordings[1]
    assert (len(leaky.entries("train")), len(leaky.entries("test"))) == (21, 9)
    assert (len(sound.entries("train")), len(sound.entries("test"))) == (7, 3)
    entry = leaky.entries("test")[0]
    whole = sound.load(
        next(e for e in [*sound.entries("train"), *sound.entries("test")] if e.id == entry.recording)
    )
    second = int(entry.id.partition("#")[2])
    np.testing.assert_array_equal(leaky.load(entry).samples, whole.samples[second * 8000 :][:8000])
    cut = Minds14(source, test_fraction=0.3, excerpts=True)
    assert ids(cut, "test") == [f"{name}#{second}" for name in ids(sound, "test") for second in range(3)]
    np.testing.assert_array_equal(cut.load(entry).samples, leaky.load(entry).samples)


def test_minds14_travels_to_a_worker_without_its_audio(cache: Path) -> None:
    corpus = Minds14(str(minds14_like(cache / "table.parquet", recordings=20)))
    entries = corpus.entries("test")
    sent = pickle.dumps(corpus)
    assert len(sent) < 20_000
    assert pickle.loads(sent).entries("test") == entries


def test_minds14_names_what_is_wrong_with_a_local_source(cache: Path) -> None:
    wrong = cache / "wrong.parquet"
    pyarrow.parquet.write_table(pa.Table.from_pylist([{"sentence": "hello"}]), wrong)
    broken = cache / "broken.parquet"
    broken.write_bytes(minds14_like(cache / "whole.parquet").read_bytes()[:-2000])
    twice = cache / "twice.parquet"
    rows = pyarrow.parquet.read_table(cache / "whole.parquet")
    pyarrow.parquet.write_table(pa.concat_tables([rows, rows]), twice)
    (cache / "empty").mkdir()
    expected = {
        "./missing": "does not exist",
        str(cache / "empty"): "no .parquet file in",
        str(wrong): "no column audio and no path.*sentence",
        str(broken): "broken.parquet cannot be loaded",
        str(twice): "20 rows, but only 10 different paths",
    }
    for source, message in expected.items():
        with pytest.raises(BadCorpus, match=message) as caught:
            Minds14(source).entries("train")
        assert "\n" not in str(caught.value)


def test_minds14_reads_the_shared_table(cache: Path, shared_audio: Path) -> None:
    corpus = Minds14(str(shared_audio / "minds14_like"))
    assert (len(corpus.entries("train")), len(corpus.entries("test"))) == (48, 12)
    utterance = next(corpus.utterances("test"))
    assert utterance.sample_rate == 8000
    assert 3 <= len(utterance.samples) / 8000 <= 15
