"""Training a system: what is kept of it, and what is said where it is trained again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchbox.errors import BadRun, Damaged
from benchbox.files import read_json
from benchbox.interfaces import TrainableDenoiser
from benchbox.records import Spec, System
from benchbox.registry.discovery import Plugin, Registry
from benchbox.systems.system import (
    TrainingData,
    load_denoiser,
    load_system,
    train,
    training_facts,
    why_trained_anew,
)
from benchbox.testing import FakeCorpus, FakeNoise


class Gain(TrainableDenoiser):
    def denoise(self, noisy, sample_rate):  # type: ignore[no-untyped-def]
        return noisy

    def fit(self, examples, *, rng, folder, progress):  # type: ignore[no-untyped-def]
        pass

    def save(self, folder: Path) -> None:
        (folder / "gain.txt").write_text("0.5")

    def load(self, folder: Path) -> None:
        float((folder / "gain.txt").read_text())


REGISTRY = Registry(
    {
        "denoisers": {"gain": Plugin("denoisers", "gain", Gain, "acme", "1")},
        "noises": {"white": Plugin("noises", "white", FakeNoise, "acme", "1")},
        "corpora": {"fake": Plugin("corpora", "fake", FakeCorpus, "acme", "1")},
    }
)
DATA = TrainingData(Spec("fake"), (Spec("white"),), (0.0, 10.0), seed=0)
SYSTEM = System("gain", Spec("gain"), "abc", trainable=True, folder="gain-abc")


def test_what_decided_the_weights_is_kept(tmp_path: Path) -> None:
    train(SYSTEM, DATA, tmp_path, REGISTRY, lambda _: None)
    facts = training_facts(SYSTEM, tmp_path)
    assert facts is not None
    assert facts.decided_by["version"] == "1"
    assert facts.decided_by["seed"] == 0
    assert list(facts.decided_by["training noises"]) == ["white"]
    assert any(file.endswith(".py") for file in facts.decided_by["code"])


@pytest.mark.parametrize(
    ("changed", "data", "says"),
    [
        ({"version": "2"}, DATA, "its version changed"),
        ({}, replace(DATA, seed=1), "its seed changed"),
        ({}, replace(DATA, noises=()), "its training noises changed"),
        ({"factory": FakeNoise}, DATA, "its code ("),
        ({}, DATA, "what it learns from changed"),
    ],
)
def test_one_line_says_why_a_system_is_trained_anew(
    tmp_path: Path, changed: dict[str, object], data: TrainingData, says: str
) -> None:
    train(SYSTEM, DATA, tmp_path, REGISTRY, lambda _: None)
    plugin = replace(REGISTRY.plugins["denoisers"]["gain"], **changed)  # type: ignore[arg-type]
    registry = Registry({**REGISTRY.plugins, "denoisers": {"gain": plugin}})
    line = why_trained_anew(replace(SYSTEM, folder="gain-def"), data, tmp_path, registry)
    assert line is not None
    assert line.startswith(f"gain is trained anew: {says}")
    assert "\n" not in line


def test_nothing_is_said_of_a_first_training_or_of_another_system(tmp_path: Path) -> None:
    assert why_trained_anew(SYSTEM, DATA, tmp_path, REGISTRY) is None
    train(SYSTEM, DATA, tmp_path, REGISTRY, lambda _: None)
    assert why_trained_anew(SYSTEM, DATA, tmp_path, REGISTRY) is None
    other = replace(SYSTEM, label="gain(x=1)", spec=Spec("gain", {"x": 1}), folder="gain-x")
    assert why_trained_anew(other, DATA, tmp_path, REGISTRY) is None


def test_a_trained_system_is_found_by_its_folder_and_by_its_label(tmp_path: Path) -> None:
    train(SYSTEM, DATA, tmp_path, REGISTRY, lambda _: None)
    for name in ("gain-abc", "gain"):
        assert isinstance(load_system(tmp_path / name, REGISTRY), Gain)


def test_a_label_that_is_not_there_or_there_twice_lists_what_is(tmp_path: Path) -> None:
    train(SYSTEM, DATA, tmp_path, REGISTRY, lambda _: None)
    train(replace(SYSTEM, folder="gain-def"), DATA, tmp_path, REGISTRY, lambda _: None)
    for name, says in (("gian", "no trained system is called gian"), ("gain", "several are called gain")):
        with pytest.raises(BadRun, match=says) as error:
            load_system(tmp_path / name, REGISTRY)
        assert "gain-abc (gain), gain-def (gain)" in str(error.value)


def test_what_a_training_goes_on_from_is_there_until_its_weights_are_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(self, examples, *, rng, folder, progress):  # type: ignore[no-untyped-def]
        (folder / "state.pt").write_text("done")

    def killed(self: Gain, folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Gain, "fit", fit)
    with monkeypatch.context() as at_the_end:
        at_the_end.setattr(Gain, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            train(SYSTEM, DATA, tmp_path, REGISTRY, lambda _: None)
    assert (tmp_path / "gain-abc/state.pt").exists()
    train(SYSTEM, DATA, tmp_path, REGISTRY, lambda _: None)
    assert not (tmp_path / "gain-abc/state.pt").exists()


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)


@pytest.mark.parametrize("name", ["gain.txt", "trained.json"])
def test_a_flipped_bit_of_a_trained_system_is_named_and_nothing_is_loaded(tmp_path: Path, name: str) -> None:
    train(SYSTEM, DATA, tmp_path, REGISTRY, lambda _: None)
    flip(tmp_path / "gain-abc" / name)
    for use in (training_facts, lambda system, systems: load_denoiser(system, systems, REGISTRY)):
        with pytest.raises(Damaged, match=rf"gain-abc/{name} is damaged"):
            use(SYSTEM, tmp_path)
    with pytest.raises(Damaged, match=rf"{name} is damaged: .*train the system again"):
        load_system(tmp_path / "gain-abc", REGISTRY)


def test_a_weight_file_that_is_gone_is_named(tmp_path: Path) -> None:
    train(SYSTEM, DATA, tmp_path, REGISTRY, lambda _: None)
    (tmp_path / "gain-abc" / "gain.txt").unlink()
    with pytest.raises(Damaged, match=r"gain\.txt is gone"):
        training_facts(SYSTEM, tmp_path)


def test_what_decides_no_estimate_may_change(tmp_path: Path) -> None:
    train(SYSTEM, DATA, tmp_path, REGISTRY, lambda _: None)
    (tmp_path / "gain-abc" / "curve.csv").write_text("step,loss\n")
    assert training_facts(SYSTEM, tmp_path)


def test_a_system_that_an_earlier_version_trained_is_loaded(tmp_path: Path) -> None:
    train(SYSTEM, DATA, tmp_path, REGISTRY, lambda _: None)
    facts = read_json(tmp_path / "gain-abc" / "trained.json")
    del facts["files"]
    (tmp_path / "gain-abc" / "trained.json").write_text(json.dumps(facts))
    assert isinstance(load_system(tmp_path / "gain-abc", REGISTRY), Gain)
