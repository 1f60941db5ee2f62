"""Small networks, what they learn from, and what they are given."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from benchbox_unets import checkpoint
from benchbox_unets.denoiser import SpectrogramDenoiser
from benchbox_unets.network import Network
from benchbox_unets.presets import Config
from torch import Tensor

from benchbox.records import Progress, Samples

RATE = 8000


TINY: dict[str, Any] = {"channels": 4, "stages": 2, "seconds": 0.25, "batch": 4, "steps": 60}


TINY_PAPER: dict[str, Any] = {"preset": "paper", "channels": 2, "seconds": 0.15, "batch": 2, "steps": 2}


class Tones:
    """A steady tone in white noise at 0 dB."""

    sample_rate = RATE

    def draw(self, length: int, rng: np.random.Generator) -> tuple[Samples, Samples]:
        phase = 2 * np.pi * (rng.uniform(200, 2000) * np.arange(length) / RATE + rng.random())
        clean = (0.1 * np.sin(phase)).astype(np.float32)
        return clean, clean + np.float32(0.07) * rng.standard_normal(length, dtype=np.float32)

    def validation(self, length: int) -> Sequence[tuple[Samples, Samples]]:
        rng = np.random.default_rng(99)
        return [self.draw(length, rng) for _ in range(8)]


def fit(denoiser: SpectrogramDenoiser, folder: Path, seed: int = 0) -> list[Progress]:
    seen: list[Progress] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two steps leave most codebooks collapsed
        denoiser.fit(Tones(), rng=np.random.default_rng(seed), folder=folder, progress=seen.append)
    return seen


def untrained(config: Config, seed: int = 0) -> Network:
    torch.manual_seed(seed)
    return Network(config, RATE).eval()


def holding(network: Network, folder: Path) -> SpectrogramDenoiser:
    """Return a denoiser with this network."""
    checkpoint.save(network, folder)
    denoiser = SpectrogramDenoiser(network.config, "auto")
    denoiser.load(folder)
    return denoiser


def noise(length: int, seed: int = 0) -> Samples:
    return 0.1 * np.random.default_rng(seed).standard_normal(length, dtype=np.float32)


def ratio_db(expected: Tensor, found: Tensor) -> float:
    return 10 * torch.log10(expected.square().sum() / (expected - found).square().sum()).item()
