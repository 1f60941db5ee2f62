"""`benchbox export` as a user meets it: from a trained system to a file that runs beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from benchbox.synthetic import speech_like

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def test_a_trained_system_becomes_a_file_that_denoises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, benchbox: Callable[..., Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("speech/train").mkdir(parents=True)
    for number in range(4):
        samples = speech_like(8000, np.random.default_rng(number))
        soundfile.write(f"speech/train/{number}.wav", samples, 8000)
    tiny = "unet(channels=2,stages=1,steps=2,batch=1,seconds=0.5)"
    trained = benchbox(
        "train", tiny, "--corpus", "folder(path=speech)", "--noises", "white", "--output", "mine"
    )
    assert trained.code == 0, trained.err
    done = benchbox("export", "./mine", "model.onnx")
    assert done.code == 0, done.err
    assert "8000 Hz; differs by" in done.out
    noisy = "speech/train/0.wav"
    assert benchbox("denoise", noisy, "theirs.wav", "--system", "mine").code == 0
    assert benchbox("denoise", noisy, "ours.wav", "--denoiser", "onnx(path=model.onnx)").code == 0
    np.testing.assert_allclose(soundfile.read("ours.wav")[0], soundfile.read("theirs.wav")[0], atol=1e-4)
