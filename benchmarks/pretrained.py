"""Train the weights that vqunet(preset="pretrained") comes with: python benchmarks/pretrained.py AUDIO OUT.

AUDIO is a folder with speech/ and noise/ (train parts only are read), OUT gets model.safetensors. Three
rounds, the last with more channels, two and a half hours in all on one core that multiplies in bfloat16;
a killed run goes on from its last checkpoint.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import typer
from benchbox_unets.checkpoint import CONFIG, MODEL
from benchbox_unets.denoiser import SpectrogramDenoiser
from benchbox_unets.network import Network
from benchbox_unets.presets import PRESETS
from benchbox_unets.vqunet import VQUNet
from safetensors.torch import load_file, save_file
from widening import widened

from benchbox.cli import in_one_line
from benchbox.interfaces import Corpus, Noise
from benchbox.mixing import stream
from benchbox.records import Progress, Spec
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.systems.pairs import TrainingExamples

SEED = 0
SNRS_DB = (-7.0, 20.0)
OTHERS = ("pink", "brown", "babble", "car", "wind")


def main(audio: Path, out: Path) -> None:
    torch.set_num_threads(1)  # another number gives (a little) other weights
    denoiser = VQUNet(preset="large")
    learn(denoiser, examples(audio, white=2), stream(SEED, "training"), out / "first")
    denoiser.config = replace(denoiser.config, steps=11_000, learning_rate=2e-3)
    learn(denoiser, examples(audio, white=3), stream(SEED, "training", "second"), out / "second")
    narrow = denoiser._network
    assert narrow is not None
    denoiser.config = PRESETS["pretrained"]
    denoiser._network = widened(narrow, Network(denoiser.config, 8000), SEED)
    learn(denoiser, examples(audio, white=3), stream(SEED, "training", "third"), out / "third")
    ship(out / "third", out)


def learn(
    denoiser: SpectrogramDenoiser, lessons: TrainingExamples, rng: np.random.Generator, folder: Path
) -> None:
    """Train from the weights that are there, or take those of a round already finished."""
    if (folder / MODEL).exists():
        denoiser.load(folder)
        return
    denoiser.fit(lessons, rng=rng, folder=folder, progress=show)
    denoiser.save(folder)


def ship(trained: Path, out: Path) -> None:
    """Store the kernels in half precision: half the download, the same scores to three digits."""
    weights = load_file(trained / MODEL)
    save_file({name: w.half() if w.ndim > 1 else w for name, w in weights.items()}, out / MODEL)
    (out / CONFIG).write_text((trained / CONFIG).read_text())


def examples(audio: Path, white: int) -> TrainingExamples:
    """Draw `white` parts of white noise, six of recorded noise and one of each other."""
    registry = discover()
    models: dict[str, Any] = {name: build(Noise, Spec(name), registry) for name in ("white", *OTHERS)}
    models["recorded"] = build(Noise, Spec("recorded", {"path": str(audio / "noise")}), registry)
    names: Sequence[str] = ["white"] * white + [*OTHERS] + ["recorded"] * 6
    speech = build(Corpus, Spec("folder", {"path": str(audio / "speech")}), registry)
    return TrainingExamples(
        speech, [(name, models[name]) for name in names], SNRS_DB, seed=SEED, sample_rate=8000
    )


def show(now: Progress) -> None:
    if now.step % 200 == 0:
        print(now.step, now.steps, {name: round(value, 4) for name, value in now.facts.items()}, flush=True)


if __name__ == "__main__":
    in_one_line(partial(typer.run, main))
