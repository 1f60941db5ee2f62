"""MInDS-14, from a file or a folder; from the hub in test_corpora_hub.py."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from benchbox_corpora.minds14 import Minds14

from benchbox import audio
from benchbox.errors import BadCorpus
from benchbox.synthetic import speech_like
from benchbox.testing import CorpusContract

SPLIT_BY: tuple[Literal["excerpt", "recording"], ...] = ("excerpt", "recording")


def ids(corpus: Minds14, split: Any) -> list[str]:
    return [entry.id for entry in corpus.entries(split)]


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
