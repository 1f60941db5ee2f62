"""`benchbox train` as a user meets it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from benchbox.plan.suite import Suite
from benchbox.runs.lock import held
from benchbox.synthetic import speech_like
from tests.pairs import write_pairs

Command = Callable[..., Any]

TINY = "unet(channels=2,stages=1,steps=6,batch=1,seconds=0.5)"
WHITE = ("--noises", "white", "--snrs=0,10")

PATIENT = """
import json
from pathlib import Path
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import TrainableDenoiser
from benchbox.records import Progress

class Patient(TrainableDenoiser):
    '''Counts to four and is interrupted once, after two.'''

    def __init__(self, gain: float = 0.5):
        self.gain, self.counted = gain, []

    def fit(self, examples, *, rng, folder, progress):
        state = folder / "state.json"
        interrupted = state.exists()
        counted = json.loads(state.read_text()) if interrupted else []
        while len(counted) < 4:
            counted.append(len(counted))
            state.write_text(json.dumps(counted))
            progress(Progress(len(counted), 4, {"loss": 1.0}))
            if len(counted) == 2 and not interrupted:
                raise KeyboardInterrupt
        state.unlink()
        self.counted = counted

    def save(self, folder): (folder / "model.json").write_text(json.dumps(self.counted))
    def load(self, folder): self.counted = json.loads((folder / "model.json").read_text())
    def denoise(self, noisy, sample_rate): return self.gain * noisy if self.counted else noisy

@hookimpl
def register_denoisers(register): register("patient", Patient)
"""


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a corpus of eight recordings, below a folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("speech/train").mkdir(parents=True)
    for number in range(8):
        samples = speech_like(8000, np.random.default_rng(number))
        soundfile.write(f"speech/train/{number}.wav", samples, 8000)
    return "folder(path=speech)"


def test_a_system_is_trained_alone_and_denoises_wherever_it_is_copied(benchbox: Command, corpus: str) -> None:
    done = benchbox("train", TINY, "--corpus", corpus, *WHITE, "--seed", "3", "--output", "mine")
    assert done.code == 0, done.err
    assert "train unet(" in done.err
    assert "`benchbox denoise --system mine IN OUT` uses it" in done.out
    recipe = json.loads(Path("mine/training.json").read_text())
    assert recipe["noises"] == ["white"]
    assert recipe["snrs"] == [0.0, 10.0]
    assert recipe["seed"] == 3
    assert recipe["threads"] == 1
    facts = json.loads(Path("mine/trained.json").read_text())
    assert facts["spec"] == recipe["spec"]

    shutil.move("mine", "elsewhere")
    source = "speech/train/0.wav"
    assert benchbox("denoise", "--system", "elsewhere", source, "out.wav").code == 0
    assert soundfile.info("out.wav").frames == 8000
    assert Path("out.wav").read_bytes() != Path(source).read_bytes()


def test_the_same_recipe_gives_the_same_weights(benchbox: Command, corpus: str) -> None:
    for folder in ("one", "other"):
        assert benchbox("train", TINY, "--corpus", corpus, *WHITE, "--output", folder).code == 0
    assert Path("one/model.safetensors").read_bytes() == Path("other/model.safetensors").read_bytes()


def test_a_training_stopped_on_the_way_goes_on_with_resume(
    benchbox: Command, corpus: str, install_plugin: Callable[[str, str], None]
) -> None:
    install_plugin("patient_plugin", PATIENT)
    command = ("train", "patient", "--corpus", corpus, *WHITE, "--output", "mine")
    stopped = benchbox(*command)
    assert stopped.code == 130
    assert "the same command with --resume goes on" in stopped.err
    assert "mine holds this training, unfinished: --resume continues it" in benchbox(*command).refusal

    done = benchbox(*command, "--resume")
    assert done.code == 0, done.err
    assert json.loads(Path("mine/model.json").read_text()) == [0, 1, 2, 3]
    for again in (command, (*command, "--resume")):
        finished = benchbox(*again)
        assert finished.code == 0
        assert "mine holds this training, finished" in finished.out


def test_a_folder_that_holds_something_else_is_refused(
    benchbox: Command, corpus: str, install_plugin: Callable[[str, str], None]
) -> None:
    install_plugin("patient_plugin", PATIENT)
    assert benchbox("train", "patient", "--corpus", corpus, *WHITE, "--output", "mine").code == 130
    changed = ("--corpus", corpus, "--noises", "pink", "--snrs=0,10", "--seed", "1", "--output", "mine")
    line = benchbox("train", "patient", *changed, "--resume").refusal
    assert "mine holds another training (it differs in noises, seed)" in line
    line = benchbox("train", "patient", "--corpus", corpus, *WHITE, "--output", "speech").refusal
    assert "speech is not empty and holds no training.json" in line
    line = benchbox("train", "patient", "--corpus", corpus, *WHITE, "--output", "speech/train/0.wav").refusal
    assert "speech/train/0.wav is a file" in line


def test_a_training_that_never_began_does_not_block_its_folder(
    benchbox: Command, corpus: str, install_plugin: Callable[[str, str], None]
) -> None:
    install_plugin("patient_plugin", PATIENT)
    wrong = benchbox("train", "patient", "--corpus", "folder(path=wrong)", *WHITE, "--output", "mine")
    assert "wrong does not exist" in wrong.refusal
    right = benchbox("train", "patient", "--corpus", corpus, *WHITE, "--output", "mine")
    assert right.code == 130
    assert json.loads(Path("mine/training.json").read_text())["corpus"].startswith('folder(path="speech"')


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("log_mmse",), "log_mmse does not learn; those that do: "),
        (("vqnet",), "did you mean 'vqunet'?"),
        (("unet(stepps=3)",), "unet has no option 'stepps'"),
        (("unet(steps=[1,2])",), "stands for 2 systems: train them one at a time"),
        (("unet,vqunet",), "stands for 2 systems"),
        (("unet", "--corpus", "spoken(sample_rate=[8000,16000])"), "stands for 2 corpora: train on one"),
        (("unet", "--snrs=5"), "--snrs '5': wants lowest,highest"),
        (("unet", "--snrs=10,0"), "--snrs '10,0': wants lowest,highest"),
        (("unet", "--noises", "whyte"), "did you mean 'white'?"),
        (("unet", "--corpus", "nowhere"), "no corpus 'nowhere'"),
    ],
)
def test_what_cannot_be_trained_is_one_line_and_exit_2(
    benchbox: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in benchbox("train", *arguments, "--output", "mine").refusal
    assert not Path("mine").exists()


def test_what_is_not_said_is_as_in_a_run(
    benchbox: Command,
    corpus: str,
    install_plugin: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install_plugin("patient_plugin", PATIENT)
    benchbox("train", "patient", "--corpus", corpus, "--output", "mine")
    recipe = json.loads(Path("mine/training.json").read_text())
    suite = Suite().model_dump(mode="json")
    assert recipe["noises"] == suite["noises"]
    assert recipe["snrs"] == suite["train_snrs"]
    assert recipe["seed"] == suite["seed"]


def test_a_folder_that_another_process_trains_in_is_refused_and_what_a_kill_left_is_no_obstacle(
    benchbox: Command, corpus: str
) -> None:
    command = ("train", TINY, "--corpus", corpus, *WHITE, "--output", "mine")
    with held(Path("mine")):
        assert "mine is in use by process" in benchbox(*command).err.splitlines()[-1]
    Path("mine/.training.json.01234567").write_text("{")
    assert benchbox(*command).code == 0
    assert not list(Path("mine").glob(".*"))


def test_pairs_are_learnt_from_as_they_are_unless_noises_are_named(benchbox: Command, tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 4, prefix="train/")
    same = ("train", TINY, "--corpus", f'paired(clean="{clean}", noisy="{noisy}")', "--output")
    for output, more, noises in (
        ("recorded", (), []),
        ("mixed", ("--noises", "white"), ["white"]),
        ("remixed", ("--noises", "remixed"), ["remixed"]),
    ):
        done = benchbox(*same, tmp_path / output, *more)
        assert done.code == 0, done.err
        assert json.loads((tmp_path / output / "training.json").read_text())["noises"] == noises
    weights = {(tmp_path / output / "model.safetensors").read_bytes() for output in ("recorded", "mixed")}
    assert len(weights) == 2
