"""Train the weights that vqunet(preset="pretrained") comes with: python benchmarks/pretrained.py AUDIO OUT.

AUDIO is a folder with speech/ and noise/ (train parts only are read), OUT gets model.safetensors. Two rounds,
about an hour in all on one core that multiplies in bfloat16; a killed run goes on from its last checkpoint.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from benchbox_unets.denoiser import MODEL, SpectrogramDenoiser

from benchbox.discovery import discover
from benchbox.examples import TrainingExamples
from benchbox.mixing import stream
from benchbox.options import build
from benchbox.records import Progress, Spec

SEED = 0
SNRS_DB = (-7.0, 20.0)
OTHERS = ("pink", "brown", "babble", "car", "wind")


def main(audio: Path, out: Path) -> None:
    torch.set_num_threads(1)  # another number gives (a little) other weights
    denoiser: SpectrogramDenoiser = build("denoisers", Spec("vqunet", {"preset": "large"}), discover())
    first = out / "first"
    if (first / MODEL).exists():
        denoiser.load(first)
    else:
        rng = stream(SEED, "training")
        denoiser.fit(examples(audio, white=2), rng=rng, folder=first, progress=show)
        denoiser.save(first)
    denoiser.config = replace(denoiser.config, steps=11_000, learning_rate=2e-3)
    rng = stream(SEED, "training", "second")
    denoiser.fit(examples(audio, white=3), rng=rng, folder=out / "second", progress=show)
    denoiser.save(out)


def examples(audio: Path, white: int) -> TrainingExamples:
    """Draw `white` parts of white noise, six of recorded noise and one of each other."""
    registry = discover()
    models: dict[str, Any] = {name: build("noises", Spec(name), registry) for name in ("white", *OTHERS)}
    models["recorded"] = build("noises", Spec("recorded", {"path": str(audio / "noise")}), registry)
    names: Sequence[str] = ["white"] * white + [*OTHERS] + ["recorded"] * 6
    speech = build("corpora", Spec("folder", {"path": str(audio / "speech")}), registry)
    return TrainingExamples(
        speech, [(name, models[name]) for name in names], SNRS_DB, seed=SEED, sample_rate=8000
    )


def show(now: Progress) -> None:
    if now.step % 200 == 0:
        print(now.step, now.steps, {name: round(value, 4) for name, value in now.facts.items()}, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
