"""manifest.json: what is written is read, older ones too; damaged ones are refused in one line."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchbox.errors import BadRun
from benchbox.files import read_json
from benchbox.records import Cost, Measure
from benchbox.results.record import SystemFacts
from benchbox.runs.folder import Run
from benchbox.runs.manifest import Manifest, read_manifest, write_manifest

FIRST_SCHEMA: dict[str, Any] = {
    "schema": 1,
    "finished": False,
    "suite": {
        "name": "quick",
        "denoisers": ["unet(steps=12)"],
        "corpus": "spoken",
        "noises": ["white"],
        "snrs": [0.0, 10.0],
        "metrics": ["si_sdr"],
        "snr_definition": "active",
        "train_noises": None,
        "train_snrs": [-5.0, 15.0],
        "bounds": False,
        "align": False,
        "cost": True,
        "allow_leakage": False,
        "limit": 6,
        "seed": 3,
    },
    "leaks": "training and test share 1 recording",
    "systems": {
        "unet(steps=12)": {
            "identity": "34f2d92565ab",
            "trainable": True,
            "oracle": False,
            "folder": "unet-34f2d9",
            "parameters": 67772,
            "label": "unet(steps=12)",
            "spec": "unet(steps=12)",
            "training_seconds": 7.2,
        }
    },
    "measures": [{"name": "si_sdr", "unit": "dB", "higher_is_better": True, "bounds": [-100.0, 100.0]}],
    "identities": {"si_sdr": {"metric": "si_sdr", "version": "1"}},
    "corpus_fingerprint": "0e09",
    "machine": {"platform": "Linux", "processor": "x86_64", "cores": 2, "python": "3.11.7"},
    "versions": {"benchbox": "0.1.0"},
    "broken_plugins": {},
    "jobs": ["c6ee889442fc"],
}


def test_what_is_written_is_read_again(manifest: Manifest, tmp_path: Path) -> None:
    write_manifest(tmp_path / "manifest.json", manifest)
    assert read_manifest(tmp_path / "manifest.json") == manifest


def test_the_file_is_for_people_too(manifest: Manifest, tmp_path: Path) -> None:
    write_manifest(tmp_path / "manifest.json", manifest)
    text = (tmp_path / "manifest.json").read_text()
    assert text.startswith('{\n  "schema": 2,\n  "finished": true,\n  "suite": {\n    "name": "quick",\n')
    assert '"denoisers": [\n      "half"\n    ]' in text


def test_a_manifest_of_the_first_schema_is_read(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(FIRST_SCHEMA))
    manifest = read_manifest(tmp_path / "manifest.json")
    assert manifest.systems == {
        "unet(steps=12)": SystemFacts(
            identity="34f2d92565ab",
            trainable=True,
            folder="unet-34f2d9",
            parameters=67772,
            training_seconds=7.2,
            spec="unet(steps=12)",
        )
    }
    assert manifest.measures == (Measure("si_sdr", "dB", bounds=(-100.0, 100.0)),)
    assert (manifest.finished, manifest.leaks) == (False, "training and test share 1 recording")
    assert (manifest.suite.seed, manifest.suite.limit, manifest.conditions) == (3, 6, ())


def test_a_manifest_of_an_unknown_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"schema": 99}')
    with pytest.raises(BadRun, match=r"has schema 99, this benchbox reads 1 to 2; run it again"):
        read_manifest(tmp_path / "manifest.json")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is damaged"),
        ("[]", "holds no JSON object"),
        ("[" * 100_000, "is damaged"),
        ('{"schema": 2}', "damaged: finished: field required"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BadRun, match=says) as caught:
        Run.open(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["../../elsewhere", "/elsewhere", "a/b", "nul\0", ".hidden", "x" * 300])
def test_a_run_names_no_file_that_is_not_its_own(name: str, run: Run) -> None:
    file = run.path / "manifest.json"
    whole = read_json(file)
    for content in (
        {**whole, "jobs": [name]},
        {**whole, "systems": {"half": {**whole["systems"]["half"], "folder": name}}},
    ):
        file.write_text(json.dumps(content))
        with pytest.raises(BadRun, match="names no file of a run"):
            Run.open(run.path)


def places(content: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    """Give the path to everything in a JSON document."""
    yield path
    listed = enumerate(content) if isinstance(content, list) else ()
    for key, value in content.items() if isinstance(content, dict) else listed:
        yield from places(value, *path, key)


@pytest.mark.parametrize(
    "value",
    ["missing", None, [], "x", -1, 10**400, float("inf")],
    ids=lambda value: repr(value)[:9],
)
def test_whatever_is_wrong_wherever_the_table_is_made_or_refused_in_one_line(value: Any, run: Run) -> None:
    file = run.path / "manifest.json"
    # Without its checksum, as earlier versions wrote it and as people edit it.
    whole = json.dumps(read_json(file))
    refused = []
    for place in [*places(json.loads(whole))][1:]:
        content = parent = json.loads(whole)
        for key in place[:-1]:
            parent = parent[key]
        if value == "missing":
            del parent[place[-1]]
        else:
            parent[place[-1]] = value
        file.write_text(json.dumps(content).replace("Infinity", "1e999"))
        try:
            assert str(Run.open(run.path).leaderboard())
        except BadRun as error:
            refused.append(str(error))
    assert len(refused) > 10
    assert not any("\n" in sentence for sentence in refused)


def test_a_cost_is_added_to_its_system_alone(manifest: Manifest) -> None:
    cost = Cost(3, 2.0, None, None, 0.1, 0.2, 0.0, None)
    changed = manifest.with_cost("noisy", cost)
    assert changed.systems == {**manifest.systems, "noisy": SystemFacts("noisy 1", cost=cost)}
    assert replace(changed, systems=manifest.systems) == manifest
