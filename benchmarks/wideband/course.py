"""A training under way: a constant learning rate, averaged weights, and a branch that falls to zero.

While the rate is constant it can go on for ever, over as many sessions as there are. Whenever weights are
wanted, a branch takes a checkpoint and lets the rate fall to zero in a few hundred steps.
"""

import copy
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from benchbox_unets.network import Network
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from benchbox.optimizers import Muon
from wideband.mixtures import Mixtures

STATE = "state.pt"


@dataclass(frozen=True)
class Course:
    """How to train; with the step's number it decides everything that is drawn."""

    preset: str = "pretrained"
    """Which network: a name in `train_pretrained.CONFIGS`."""
    seed: int = 0
    batch: int = 4
    seconds: float = 1.5
    learning_rate: float = 1e-3
    warmup: int = 200
    weight_decay: float = 0.01
    clip: float = 1.0
    averaged_over: int = 1000
    """Steps that the mean of the weights looks back on."""
    fall_from: int = 0
    fall_steps: int = 0
    """Where the rate begins to fall, and how long that takes; 0: never."""

    def rate(self, step: int) -> float:
        fall = 1 - (step - self.fall_from) / self.fall_steps if self.fall_steps else 1.0
        return self.learning_rate * min(1.0, (step + 1) / self.warmup, fall)


class Training:
    """The network, the mean of its weights, the optimisers, and how far they are."""

    def __init__(self, network: Network, course: Course, device: str) -> None:
        self.network, self.course, self.device = network.to(device), course, device
        self.mean = copy.deepcopy(self.network).eval().requires_grad_(False)
        kernels = [weights for weights in network.parameters() if weights.ndim > 2]
        others = [weights for weights in network.parameters() if weights.ndim <= 2]
        self.optimizers: list[Optimizer] = [
            Muon(kernels, course.learning_rate, course.weight_decay),
            AdamW(others, course.learning_rate, weight_decay=course.weight_decay, fused=True),
        ]
        self.step = 0
        self.curve: list[dict[str, float]] = []
        self.sums: dict[str, float] = {}

    def advance(self, mixtures: Mixtures) -> None:
        """Take one step; what is drawn depends on the step's number alone, so resuming is exact."""
        course = self.course
        rng = np.random.default_rng([course.seed, self.step])
        torch.manual_seed(course.seed * 10**9 + self.step)
        length = round(course.seconds * 16000)
        pairs = [mixtures.draw(length, rng) for _ in range(course.batch)]
        clean, noisy = (torch.from_numpy(np.stack(side)).to(self.device) for side in zip(*pairs, strict=True))
        self.network.train()
        terms = self.network.terms(clean, noisy)
        loss = torch.stack(list(terms.values())).sum()
        self.network.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), course.clip)
        # One bad batch (a burst of silence, say) must not end hours of work.
        if math.isfinite(loss.item()):
            for optimizer in self.optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = course.rate(self.step)
                optimizer.step()
            for name, term in {**terms, "loss": loss}.items():
                self.sums[name] = self.sums.get(name, 0.0) + term.item()
        self.step += 1
        self._average()

    def record(self, scores: dict[str, float], cpu_seconds: float) -> dict[str, float]:
        """Add a row to the curve: mean terms since the last one, and what the judge says."""
        steps = self.step - (int(self.curve[-1]["step"]) if self.curve else 0)
        means = {name: total / max(1, steps) for name, total in self.sums.items()}
        spent = cpu_seconds + (self.curve[-1]["cpu_seconds"] if self.curve else 0.0)
        row = {"step": self.step, "cpu_seconds": spent, **means, **scores, **self.network.facts()}
        self.curve.append(row)
        self.sums = {}
        return row

    def store(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        state = {
            "course": json.dumps(asdict(self.course)),
            "step": self.step,
            "curve": self.curve,
            "sums": self.sums,
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }
        unfinished = folder / "state.tmp"
        torch.save(state, unfinished)
        unfinished.replace(folder / STATE)

    def restore(self, folder: Path) -> None:
        state: dict[str, Any] = torch.load(folder / STATE, map_location=self.device, weights_only=True)
        self.step, self.curve, self.sums = state["step"], state["curve"], state["sums"]
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)

    @torch.no_grad()
    def _average(self) -> None:
        # At first the mean would be mostly of what there was before any step.
        share = max(1 / self.course.averaged_over, 1 / (self.step + 10))
        live = self.network.state_dict()
        for name, kept in self.mean.state_dict().items():
            value: Tensor = live[name]
            if kept.is_floating_point():
                kept.lerp_(value, share)
            else:
                kept.copy_(value)
