"""minds14 through the real hub client: a local server answers for the hub, a child process asks it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from benchbox import audio
from benchbox.synthetic import speech_like

from .hub_server import serve

CARD = b"""---
configs:
- config_name: en-US
  data_files:
  - split: train
    path: en-US/train-*.parquet
- config_name: de-DE
  data_files:
  - split: train
    path: de-DE/train-*.parquet
---
# MInDS-14
"""
ASK = """
import json, sys
from benchbox.errors import BadCorpus
from benchbox_corpora.minds14 import Minds14
for options in json.loads(sys.argv[1]):
    corpus = Minds14(**options)
    try:
        entries = {split: corpus.entries(split) for split in ("train", "test")}
        utterance = corpus.load(entries["test"][0])
        answer = {
            "ids": {split: [entry.id for entry in entries[split]] for split in entries},
            "text": utterance.entry.text,
            "samples": utterance.samples.tolist(),
            "sample_rate": utterance.sample_rate,
        }
    except BadCorpus as error:
        answer = {"error": str(error)}
    print(json.dumps(answer))
"""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Two small tables of the shape of minds14: ten recordings in en-US, three in de-DE."""
    folder = tmp_path_factory.mktemp("tables")
    contents = {}
    for config, recordings in (("en-US", 10), ("de-DE", 3)):
        rows = []
        for number in range(recordings):
            audio.write(folder / "clip.wav", spoken(number), 8000)
            name = f"{config}~BALANCE/{number:04}.wav"
            rows.append(
                {
                    "path": f"/root/.cache/{name}",
                    "audio": {"bytes": (folder / "clip.wav").read_bytes(), "path": name},
                    "transcription": f"request {number}",
                    "english_transcription": f"request {number}",
                    "intent_class": 4,
                    "lang_id": 4,
                }
            )
        pyarrow.parquet.write_table(pa.Table.from_pylist(rows), folder / "table.parquet")
        contents[config] = (folder / "table.parquet").read_bytes()
    return contents


def spoken(number: int) -> np.ndarray:
    return speech_like(12000, np.random.default_rng(number))


@pytest.fixture(params=["parquet on main", "script on main, parquet on refs/convert/parquet"])
def hub(request: pytest.FixtureRequest, tables: dict[str, bytes]) -> Iterator[str]:
    """Hold PolyAI/minds14 in one of the two ways in which the hub has held it."""
    if request.param == "parquet on main":
        shards = {f"{config}/train-00000-of-00001.parquet": table for config, table in tables.items()}
        revisions = {"main": {"README.md": CARD, **shards}}
    else:
        shards = {f"{config}/train/0000.parquet": table for config, table in tables.items()}
        revisions = {
            "main": {"README.md": b"# MInDS-14\n", "minds14.py": b"import datasets\n"},
            "refs/convert/parquet": {".gitattributes": b"", **shards},
        }
    with serve("PolyAI/minds14", revisions) as endpoint:
        yield endpoint


def ask(endpoint: str, home: Path, *corpora: dict[str, Any]) -> list[Any]:
    """Build each `minds14(**options)` in a process of its own: the client reads HF_ENDPOINT when imported."""
    environment = {
        **os.environ,
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-c", ASK, json.dumps(corpora)]
    answers = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert answers.returncode == 0, answers.stderr
    return [json.loads(answer) for answer in answers.stdout.splitlines()]


def test_minds14_comes_from_the_hub_in_both_forms(hub: str, tmp_path: Path) -> None:
    english, german = ask(hub, tmp_path, {}, {"config": "de-DE"})
    assert (len(english["ids"]["train"]), len(english["ids"]["test"])) == (8, 2)
    name = english["ids"]["test"][0]
    number = int(name[-8:-4])
    assert name == f"en-US~BALANCE/{number:04}.wav"
    assert english["text"] == f"request {number}"
    assert english["sample_rate"] == 8000
    np.testing.assert_allclose(english["samples"], spoken(number), atol=1 / 32768)
    names = german["ids"]["train"] + german["ids"]["test"]
    assert sorted(names) == [f"de-DE~BALANCE/{number:04}.wav" for number in range(3)]


def test_a_config_or_dataset_the_hub_does_not_have_is_named(hub: str, tmp_path: Path) -> None:
    config, dataset = ask(hub, tmp_path, {"config": "xx-XX"}, {"source": "PolyAI/minds15"})
    assert config["error"].startswith("PolyAI/minds14 (xx-XX) cannot be loaded")
    assert f"the hub at {hub} has no dataset 'PolyAI/minds15'" in dataset["error"]
    assert "\n" not in config["error"] + dataset["error"]


def test_a_hub_out_of_reach_is_said_at_once_with_what_to_do_instead(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
        started = perf_counter()
        error = ask(endpoint, tmp_path, {})[0]["error"]
    assert perf_counter() - started < 15  # `load_dataset` alone retries for 23 s
    assert f"the hub at {endpoint} cannot be reached" in error
    assert "--corpus spoken" in error
    assert "minds14(source=PATH)" in error
    assert "\n" not in error


def test_a_hub_that_never_answers_is_given_up_after_seconds(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = perf_counter()
        error = ask(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path, {})[0]["error"]
    assert perf_counter() - started < 30
    assert "cannot be reached" in error


def test_what_was_downloaded_before_is_used_offline(
    tables: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"README.md": CARD, "en-US/train-00000-of-00001.parquet": tables["en-US"]}
    with serve("PolyAI/minds14", {"main": files}) as endpoint:
        online = ask(endpoint, tmp_path, {})
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert ask(endpoint, tmp_path, {}) == online
