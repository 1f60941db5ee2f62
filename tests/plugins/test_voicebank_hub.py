"""VoiceBank-DEMAND through the real hub client: a local server answers for the hub."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from benchbox_corpora.voicebank import VoiceBankDemand

from benchbox import audio
from benchbox.errors import BadAudio, BadCorpus
from tests.pairs import clean_clip, noisy_clip

from .hub_server import serve

DATASET = "JacobLinCool/VoiceBank-DEMAND-16k"
CARD = b"""---
dataset_info:
  features:
  - name: id
    dtype: string
  - name: clean
    dtype:
      audio:
        sampling_rate: 16000
  - name: noisy
    dtype:
      audio:
        sampling_rate: 16000
  splits:
  - name: train
    num_bytes: 1000
    num_examples: 2
  - name: test
    num_bytes: 1000
    num_examples: 3
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
  - split: test
    path: data/test-*
---
# VoiceBank-DEMAND
"""
TRAIN, TEST = ("p226_001", "p227_001"), ("p232_001", "p232_002", "p257_001")
ASK = """
import json, sys
from benchbox.errors import BadCorpus
from benchbox_corpora.voicebank import VoiceBankDemand
corpus = VoiceBankDemand(sys.argv[1])
answer = {}
try:
    for split in sys.argv[2:]:
        entries = corpus.entries(split)
        loaded = VoiceBankDemand(sys.argv[1]).load(entries[-1])
        answer[split] = {
            "ids": [(entry.id, entry.speaker, entry.noise, entry.snr_db) for entry in entries],
            "clean": loaded.samples.tolist(),
            "noisy": loaded.noisy.tolist(),
            "sample_rate": loaded.sample_rate,
        }
except BadCorpus as error:
    answer["error"] = str(error)
print(json.dumps(answer))
"""


def rows(folder: Path, names: tuple[str, ...], **facts: Any) -> list[dict[str, Any]]:
    table = []
    for name in names:
        clean = clean_clip(int(name[1:4]), 16000, 0.5)
        sides = {"clean": clean, "noisy": noisy_clip(clean, 1, 16000)}
        row: dict[str, Any] = {"id": name, **facts}
        for side, samples in sides.items():
            audio.write(folder / "clip.flac", samples, 16000)
            row[side] = {"bytes": (folder / "clip.flac").read_bytes(), "path": f"{name}.flac"}
        table.append(row)
    return table


def parquet(folder: Path, table: list[dict[str, Any]]) -> bytes:
    pyarrow.parquet.write_table(pa.Table.from_pylist(table), folder / "table.parquet")
    return (folder / "table.parquet").read_bytes()


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("shards")
    return {
        "data/train-00000-of-00001.parquet": parquet(folder, rows(folder, TRAIN)),
        "data/test-00000-of-00002.parquet": parquet(folder, rows(folder, TEST[:2])),
        "data/test-00001-of-00002.parquet": parquet(folder, rows(folder, TEST[2:])),
    }


@pytest.fixture
def hub(shards: dict[str, bytes]) -> Iterator[str]:
    with serve(DATASET, {"main": {"README.md": CARD, **shards}}) as endpoint:
        yield endpoint


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what `datasets` makes of local files out of the user's cache."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    return tmp_path


def ask(endpoint: str, home: Path, source: str, *splits: str) -> Any:
    """Read a source in a process of its own: the client reads HF_ENDPOINT when imported."""
    environment = {
        **os.environ,
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-c", ASK, source, *splits]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_split_speakers_and_both_sides_come_from_the_hub(hub: str, tmp_path: Path) -> None:
    answer = ask(hub, tmp_path, DATASET, "test", "train")
    assert answer["test"]["ids"] == [[name, name[:4], "", None] for name in TEST]
    assert answer["train"]["ids"] == [[name, name[:4], "", None] for name in TRAIN]
    clean = clean_clip(257, 16000, 0.5)
    assert answer["test"]["sample_rate"] == 16000
    np.testing.assert_allclose(answer["test"]["clean"], clean, atol=1 / 32768)
    np.testing.assert_allclose(answer["test"]["noisy"], noisy_clip(clean, 1, 16000), atol=1 / 32768)
    np.testing.assert_allclose(answer["train"]["clean"], clean_clip(227, 16000, 0.5), atol=1 / 32768)


def test_the_train_part_is_not_downloaded_for_the_test(shards: dict[str, bytes], tmp_path: Path) -> None:
    files = {"README.md": CARD, **shards, "data/train-00000-of-00001.parquet": b"no parquet file at all"}
    with serve(DATASET, {"main": files}) as endpoint:
        assert len(ask(endpoint, tmp_path, DATASET, "test")["test"]["ids"]) == 3


def test_voicebank_that_was_downloaded_before_is_used_offline(
    hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    online = ask(hub, tmp_path, DATASET, "test", "train")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert ask(hub, tmp_path, DATASET, "test", "train") == online


def test_a_hub_that_lacks_columns_a_split_or_the_dataset_is_answered_in_one_line(
    tmp_path: Path, shards: dict[str, bytes]
) -> None:
    speech = [{"id": row["id"], "audio": row["clean"]} for row in rows(tmp_path, TEST)]
    with serve(DATASET, {"main": {"data/test-0.parquet": parquet(tmp_path, speech)}}) as endpoint:
        lacking = ask(endpoint, tmp_path / "1", DATASET, "test")["error"]
        train = ask(endpoint, tmp_path / "1", DATASET, "train")["error"]
        other = ask(endpoint, tmp_path / "1", "JacobLinCool/VoiceBank", "test")["error"]
    assert lacking == (
        f"{DATASET} has no column clean and no noisy, which voicebank_demand has: its columns are id, audio"
    )
    assert train.startswith(f"{DATASET} has no train split (**/train-*.parquet or **/train/*.parquet)")
    assert f"the hub at {endpoint} has no dataset 'JacobLinCool/VoiceBank'" in other
    assert "voicebank_demand(source=DIR)" in other
    assert "\n" not in lacking + train + other


def test_numbers_where_audio_belongs_are_named(cache: Path) -> None:
    table = [{"id": name, "clean": [0.0, 1.0], "noisy": [0.0, 1.0]} for name in TEST]
    pyarrow.parquet.write_table(pa.Table.from_pylist(table), cache / "wrong.parquet")
    with pytest.raises(BadCorpus, match=r"the column clean of .* cannot be loaded"):
        VoiceBankDemand(cache / "wrong.parquet").entries("test")


def test_a_copy_of_the_files_is_read_with_what_else_it_tells(cache: Path, shards: dict[str, bytes]) -> None:
    (cache / "copy" / "data").mkdir(parents=True)
    for name, content in shards.items():
        (cache / "copy" / name).write_bytes(content)
    corpus = VoiceBankDemand(cache / "copy")
    assert [entry.id for entry in corpus.entries("test")] == list(TEST)
    assert [entry.id for entry in corpus.entries("train")] == list(TRAIN)
    parquet(cache, rows(cache, TEST, noise="bus", snr=2.5))
    alone = VoiceBankDemand(cache / "table.parquet")
    assert {(entry.noise, entry.snr_db) for entry in alone.entries("test")} == {("bus", 2.5)}
    with pytest.raises(BadCorpus, match="no train split"):
        alone.entries("train")


def test_ids_that_are_there_twice_and_missing_audio_are_named(cache: Path) -> None:
    table = rows(cache, TEST)
    parquet(cache, [*table, table[0]])
    with pytest.raises(BadCorpus, match="4 rows, but only 3 different ids"):
        VoiceBankDemand(cache / "table.parquet").entries("test")
    table[1]["noisy"] = None
    parquet(cache, table)
    corpus = VoiceBankDemand(cache / "table.parquet")
    with pytest.raises(BadAudio, match="p232_002 has no noisy audio"):
        corpus.load(corpus.entries("test")[1])
