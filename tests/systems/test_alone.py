from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchbox.audio import write
from benchbox.errors import BadRun
from benchbox.registry.discovery import discover
from benchbox.synthetic import speech_like
from benchbox.systems.alone import Training, claim


def record(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, speech_like(8000, np.random.default_rng(seed)), 8000)


def training(speech: Path) -> Training:
    return Training.read(
        "unet(channels=2,steps=2)",
        discover(),
        corpus=f"folder(path={speech})",
        noises="white",
        snrs=(0, 5),
        seed=0,
        threads=1,
    )


def change_audio(speech: Path) -> None:
    record(speech / "train/0.wav", 9)


def relabel(speech: Path) -> None:
    (speech / "metadata.csv").write_text("path,speaker\ntrain/0.wav,a\ntrain/1.wav,a\ntest/2.wav,b\n")


@pytest.mark.parametrize("change", [change_audio, relabel])
def test_a_training_does_not_go_on_with_other_speech(change: Callable[[Path], None], tmp_path: Path) -> None:
    speech, out = tmp_path / "speech", tmp_path / "out"
    for number, part in enumerate(("train", "train", "test")):
        record(speech / part / f"{number}.wav", number)
    assert claim(out, training(speech), resume=False)
    (out / "state").touch()  # it was stopped
    assert claim(out, training(speech), resume=True)
    change(speech)
    with pytest.raises(BadRun, match=r"another training \(it differs in audio\)"):
        claim(out, training(speech), resume=True)
