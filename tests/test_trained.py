"""A system that was trained before is a denoiser like any other."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

import benchbox
from benchbox.cli import app
from benchbox.errors import BadCorpus, BadPlugin, BadRun
from benchbox.files import read_json, write_json
from benchbox.interfaces import Corpus
from benchbox.records import Spec
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.trained import load_trained, seen_in_training, trained_identity


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(denoisers: str, output: str) -> benchbox.Run:
    suite = benchbox.Suite(denoisers=denoisers, noises="white", snrs="5", metrics="si_sdr", limit=1)
    return benchbox.run(suite, output, in_process=True, examples=0)


def test_a_trained_system_scores_as_where_it_was_trained(capsys: pytest.CaptureFixture[str]) -> None:
    first = run("ours=unet(channels=4,steps=1)", "first")
    second = run("trained(path=first/systems/ours)", "second")
    means = first.scores.groupby("system")["value"].mean()
    [label] = [system for system in second.manifest.systems if system != "noisy"]
    assert label == 'trained(path="ours")'
    assert second.scores.groupby("system")["value"].mean()[label] == means["ours"]
    assert second.manifest.systems[label].parameters == first.manifest.systems["ours"].parameters
    assert not second.manifest.systems[label].trainable

    identity = trained_identity("first/systems/ours")
    assert identity in second.manifest.systems[label].identity
    soundfile.write("noisy.wav", np.random.default_rng(0).normal(0, 0.1, 8000), 8000)
    result = CliRunner().invoke(
        app, ["denoise", "noisy.wav", "clean.wav", "--denoiser", "trained(path=first/systems/ours)"]
    )
    assert result.exit_code == 0, result.output
    noisy, rate = soundfile.read("noisy.wav", dtype="float32")
    assert load_trained("first/systems/ours").denoise(noisy, rate).shape == noisy.shape


def test_weights_of_an_earlier_version_are_part_of_the_identity_too() -> None:
    run("ours=unet(channels=4,steps=1)", "first")
    [file] = Path("first/systems").glob("*/trained.json")
    content = read_json(file)
    del content["files"]
    write_json(file, content)
    before = trained_identity(file.parent)
    weights = next(file.parent.glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    assert trained_identity(file.parent) != before


def test_a_trained_system_is_not_scored_on_what_it_was_trained_on() -> None:
    run("ours=unet(channels=4,steps=1)", "first")
    [kept] = seen_in_training("first/systems/ours")
    assert kept.is_file()
    seen = next(build(Corpus, Spec("spoken"), discover()).utterances("train"))
    Path("elsewhere/test").mkdir(parents=True)
    soundfile.write("elsewhere/test/copy.wav", 0.5 * seen.samples, seen.sample_rate)
    suite = benchbox.Suite(
        denoisers="trained(path=first/systems/ours)",
        corpus="folder(path=elsewhere)",
        noises="white",
        snrs="5",
        metrics="si_sdr",
    )
    with pytest.raises(BadCorpus, match=r"was trained on and test share 1 utterance .*--allow-leakage"):
        benchbox.run(suite, "out", in_process=True, examples=0)


def test_a_folder_without_a_system_is_refused_in_one_line() -> None:
    with pytest.raises(BadRun, match=r"nowhere holds no trained system \(no trained.json\)"):
        load_trained("nowhere")
    with pytest.raises((BadPlugin, BadRun), match="holds no trained system"):
        run("trained(path=nowhere)", "out")
