"""The torch fit loop offered to trainable denoisers: reproducible, resumable, and it leaves a curve."""

import csv
import io
import json
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau

from benchbox.errors import BenchboxError, Damaged
from benchbox.files import atomic, read_sealed, write_sealed
from benchbox.interfaces import Examples
from benchbox.optimizers import Muon
from benchbox.records import Progress, Samples

STATE = "state.pt"
"""File that a stopped training continues from."""
CURVE = "curve.csv"
"""File with a row of losses a validation."""
PROGRESS_EVERY = 10
"""Steps between two calls of `progress`."""


@dataclass(frozen=True)
class FitPlan:
    """How to train; together with a seed it decides the weights."""

    steps: int
    batch: int
    seconds: float
    """Length of a training excerpt."""
    learning_rate: float
    optimizer: Literal["muon", "adamw"] = "muon"
    """Muon learns faster; it steps the kernels of convolutions, AdamW whatever else there is."""
    schedule: Literal["cosine", "plateau"] = "cosine"
    """Warm up, then fall along a cosine to a fiftieth; or divide by ten when validation stalls."""
    warmup: int = 50
    patience: int = 5
    """Validations without improvement that "plateau" puts up with."""
    weight_decay: float = 0.01
    clip: float = 1.0
    """Largest gradient norm; 0 for any."""
    validate_every: int = 200


class Learner(nn.Module):
    """A network that knows its own loss: what `fit_network` trains."""

    def terms(self, clean: Tensor, noisy: Tensor) -> Mapping[str, Tensor]:
        """Return the named terms whose sum is minimised, for audio [batch, time]."""
        raise NotImplementedError

    def facts(self) -> Mapping[str, float]:
        """Return what else deserves a column in the training curve."""
        return {}


def fit_network(
    network: Learner,
    examples: Examples,
    plan: FitPlan,
    *,
    rng: np.random.Generator,
    folder: Path,
    progress: Callable[[Progress], None],
) -> None:
    """Train `network` in place, on the device where it is; the same `rng` state gives the same weights.

    `folder` gets `curve.csv`, and at every validation a `state.pt` from which the same call, after a kill,
    goes on to exactly the weights it would have had. After the last step, too, until the weights are saved:
    benchbox removes it then.

    Raises:
        BenchboxError: the loss is no number any more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with seeded(rng):
        fit = _Fit(network, plan, rng)
        fit.restore(folder / STATE)
        held_out = [_batch([pair]) for pair in examples.validation(_length(examples, plan))]
        while fit.step < plan.steps:
            fit.advance(examples)
            validating = fit.step % plan.validate_every == 0 or fit.step == plan.steps
            if validating:
                fit.validate(held_out)
                _write_curve(folder / CURVE, fit.curve)
                fit.store(folder / STATE)
            if validating or fit.step % PROGRESS_EVERY == 0:
                progress(Progress(fit.step, plan.steps, fit.curve[-1] if fit.curve else {}))
    network.eval()


@contextmanager
def seeded(rng: np.random.Generator) -> Iterator[None]:
    """Let torch draw from `rng` inside, and leave its global generators as they were."""
    with torch.random.fork_rng():
        torch.manual_seed(int(rng.integers(2**63)))
        yield


class _Fit:
    """A training under way: everything that its next step depends on."""

    def __init__(self, network: Learner, plan: FitPlan, rng: np.random.Generator) -> None:
        self.step = 0
        self.curve: list[dict[str, float]] = []
        self.network, self.plan, self.rng = network, plan, rng
        self.device = next(network.parameters()).device
        self.identity = json.dumps([asdict(plan), rng.bit_generator.state, str(network)])
        self.optimizers = _optimizers(network, plan)
        self.schedules: list[LambdaLR | ReduceLROnPlateau] = [
            LambdaLR(optimizer, lambda step: _cosine(step, plan))
            if plan.schedule == "cosine"
            else ReduceLROnPlateau(optimizer, factor=0.1, patience=plan.patience)
            for optimizer in self.optimizers
        ]
        self.sums: dict[str, float] = {}

    def advance(self, examples: Examples) -> None:
        """Take one step of the optimiser."""
        plan = self.plan
        length = _length(examples, plan)
        clean, noisy = _batch([examples.draw(length, self.rng) for _ in range(plan.batch)])
        self.network.train()
        terms = self.network.terms(clean.to(self.device), noisy.to(self.device))
        loss = torch.stack(list(terms.values())).sum()
        self.step += 1
        if not math.isfinite(loss.item()):
            raise BenchboxError(
                f"the training loss is {loss.item()} at step {self.step} of {plan.steps}: "
                f"lower learning_rate (now {plan.learning_rate:g}) or choose another seed"
            )
        self.network.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        if plan.clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), plan.clip)
        for optimizer in self.optimizers:
            optimizer.step()
        for schedule in self.schedules:
            if isinstance(schedule, LambdaLR):
                schedule.step()
        for name, term in terms.items():
            self.sums[name] = self.sums.get(name, 0.0) + term.item()

    def validate(self, held_out: Sequence[tuple[Tensor, Tensor]]) -> None:
        """Add a row to the curve: mean terms since the last one, and the loss on held-out pairs."""
        self.network.eval()
        with torch.no_grad():
            losses = [
                sum(
                    term.item()
                    for term in self.network.terms(clean.to(self.device), noisy.to(self.device)).values()
                )
                for clean, noisy in held_out
            ]
        validation = float(np.mean(losses))
        steps = self.step - (self.curve[-1]["step"] if self.curve else 0)
        self.curve.append(
            {
                "step": self.step,
                "loss": sum(self.sums.values()) / steps,
                "validation_loss": validation,
                "learning_rate": self.optimizers[0].param_groups[0]["lr"],
                **{name: total / steps for name, total in self.sums.items()},
                **self.network.facts(),
            }
        )
        self.sums = {}
        for schedule in self.schedules:
            if isinstance(schedule, ReduceLROnPlateau):
                schedule.step(validation)

    def store(self, path: Path) -> None:
        state = {
            "identity": self.identity,
            "step": self.step,
            "curve": self.curve,
            "network": self.network.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "schedules": [schedule.state_dict() for schedule in self.schedules],
            "rng": json.dumps(self.rng.bit_generator.state),
            "torch_rng": torch.get_rng_state(),
            "cuda_rng": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }
        content = io.BytesIO()
        torch.save(state, content)
        write_sealed(path, content.getvalue())

    def restore(self, path: Path) -> None:
        """Go on where `store` left off, if that was this same training."""
        if not path.exists():
            return
        try:
            content = io.BytesIO(read_sealed(path))
        except Damaged as error:
            warnings.warn(f"{error}: this training starts again", stacklevel=2)
            return
        # An optimiser's state has no place in safetensors; weights_only refuses everything but tensors,
        # numbers and text, so loading executes no code.
        state = cast(dict[str, Any], torch.load(content, map_location=self.device, weights_only=True))
        if state["identity"] != self.identity:
            return
        self.step, self.curve = state["step"], state["curve"]
        self.network.load_state_dict(state["network"])
        for restored, saved in zip(
            [*self.optimizers, *self.schedules], state["optimizers"] + state["schedules"], strict=True
        ):
            restored.load_state_dict(saved)
        self.rng.bit_generator.state = json.loads(state["rng"])
        torch.set_rng_state(state["torch_rng"].cpu())
        if torch.cuda.is_available():
            torch.cuda.set_rng_state_all([generator.cpu() for generator in state["cuda_rng"]])


def _optimizers(network: nn.Module, plan: FitPlan) -> list[Optimizer]:
    kernels: list[Tensor] = []
    others: list[Tensor] = []
    for weights in network.parameters():
        (kernels if plan.optimizer == "muon" and weights.ndim > 2 else others).append(weights)
    optimizers: list[Optimizer] = []
    if kernels:
        optimizers.append(Muon(kernels, plan.learning_rate, plan.weight_decay))
    if others:
        optimizers.append(AdamW(others, plan.learning_rate, weight_decay=plan.weight_decay, fused=True))
    return optimizers


def _cosine(step: int, plan: FitPlan) -> float:
    fall = 0.02 + 0.98 * (1 + math.cos(math.pi * step / plan.steps)) / 2
    return fall * min(1.0, (step + 1) / max(1, plan.warmup))


def _length(examples: Examples, plan: FitPlan) -> int:
    return max(1, round(plan.seconds * examples.sample_rate))


def _batch(pairs: Sequence[tuple[Samples, Samples]]) -> tuple[Tensor, Tensor]:
    """Return (clean, noisy), each [batch, time]."""
    clean, noisy = zip(*pairs, strict=True)
    return torch.from_numpy(np.stack(clean)), torch.from_numpy(np.stack(noisy))


def _write_curve(path: Path, rows: Sequence[Mapping[str, float]]) -> None:
    with atomic(path) as unfinished, unfinished.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
