"""The fit loop: it learns, it repeats itself, and a kill changes nothing."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from benchbox.errors import BenchboxError
from benchbox.records import Progress, Samples
from benchbox.training import CURVE, STATE, FitPlan, Learner, fit_network, seeded

Schedule: TypeAlias = Literal["cosine", "plateau"]
PLAN = FitPlan(steps=60, batch=4, seconds=0.01, learning_rate=0.01, warmup=5, validate_every=20)


class Halves:
    """noisy = clean + noise, and the least squares answer is to halve it."""

    sample_rate = 8000

    def draw(self, length: int, rng: np.random.Generator) -> tuple[Samples, Samples]:
        clean = rng.standard_normal(length, dtype=np.float32)
        return clean, clean + rng.standard_normal(length, dtype=np.float32)

    def validation(self, length: int) -> Sequence[tuple[Samples, Samples]]:
        rng = np.random.default_rng(5)
        return [self.draw(length, rng) for _ in range(8)]


class Gain(Learner):
    """Scale each of a few copies; dropout makes torch's generator matter, batch norm its buffers."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(1, 8), nn.BatchNorm1d(8), nn.Dropout(0.1), nn.Linear(8, 1))

    def terms(self, clean: Tensor, noisy: Tensor) -> Mapping[str, Tensor]:
        estimate = self.layers(noisy.reshape(-1, 1)).view_as(clean)
        return {"mse": (estimate - clean).square().mean(), "half": 0.5 * (estimate - clean).abs().mean()}

    def facts(self) -> Mapping[str, float]:
        return {"answer": 42.0}


class Diverging(Gain):
    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def terms(self, clean: Tensor, noisy: Tensor) -> Mapping[str, Tensor]:
        self.calls += 1
        terms = super().terms(clean, noisy)
        return terms if self.calls < 7 else {"mse": terms["mse"] * torch.nan}


class Killed(Exception):
    pass


def fit(folder: Path, plan: FitPlan = PLAN, *, seed: int = 0, kill_at: int | None = None) -> Gain:
    def progress(now: Progress) -> None:
        if now.step == kill_at:
            raise Killed

    rng = np.random.default_rng(seed)
    with seeded(rng):
        network = Gain()
    fit_network(network, Halves(), plan, rng=rng, folder=folder, progress=progress)
    return network


def weights(network: nn.Module) -> Tensor:
    return torch.cat([value.double().flatten() for value in network.state_dict().values()])


def curve(folder: Path) -> list[dict[str, float]]:
    with (folder / CURVE).open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def test_training_lowers_the_validation_loss_and_records_it(tmp_path: Path) -> None:
    fit(tmp_path, replace(PLAN, steps=200))
    rows = curve(tmp_path)
    assert [row["step"] for row in rows] == list(range(20, 201, 20))
    # Silence has a loss of 1 + 0.5 x 0.798; the best a gain can do is 0.5 + 0.5 x 0.564.
    assert rows[0]["validation_loss"] < 1.399
    assert rows[-1]["validation_loss"] < rows[0]["validation_loss"] - 0.02
    assert rows[-1]["validation_loss"] == pytest.approx(0.782, rel=0.1)  # 640 samples
    for row in rows:
        assert row["loss"] == pytest.approx(row["mse"] + row["half"])
        assert row["answer"] == 42


@pytest.mark.parametrize("schedule", ["cosine", "plateau"])
def test_the_same_seed_gives_the_same_weights(tmp_path: Path, schedule: Schedule) -> None:
    plan = replace(PLAN, schedule=schedule)
    torch.manual_seed(1)
    first = weights(fit(tmp_path / "1", plan))
    torch.manual_seed(2)  # the global generator is none of its business
    assert torch.equal(first, weights(fit(tmp_path / "2", plan)))
    assert not torch.equal(first, weights(fit(tmp_path / "3", plan, seed=1)))
    assert torch.initial_seed() == 2


@pytest.mark.parametrize("kill_at", [10, 40, 50])
@pytest.mark.parametrize("schedule", ["cosine", "plateau"])
def test_a_killed_training_ends_where_an_uninterrupted_one_does(
    tmp_path: Path, schedule: Schedule, kill_at: int
) -> None:
    plan = replace(PLAN, schedule=schedule, patience=0)
    whole = weights(fit(tmp_path / "whole", plan))
    with pytest.raises(Killed):
        fit(tmp_path / "killed", plan, kill_at=kill_at)
    assert (tmp_path / "killed" / STATE).exists() == (kill_at >= 20)
    assert torch.equal(whole, weights(fit(tmp_path / "killed", plan)))
    assert curve(tmp_path / "killed") == curve(tmp_path / "whole")


def test_a_training_that_was_killed_before_its_weights_were_saved_has_them_at_once(tmp_path: Path) -> None:
    whole = weights(fit(tmp_path))
    # Not a step is taken: the tenth would be the end.
    assert torch.equal(whole, weights(fit(tmp_path, kill_at=10)))


def test_another_trainings_state_is_not_continued(tmp_path: Path) -> None:
    expected = weights(fit(tmp_path / "fresh", seed=1))
    with pytest.raises(Killed):
        fit(tmp_path / "used", seed=0, kill_at=40)
    assert torch.equal(expected, weights(fit(tmp_path / "used", seed=1)))


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "zeroed"])
def test_a_damaged_state_starts_the_training_again_with_one_line(tmp_path: Path, damage: str) -> None:
    expected = weights(fit(tmp_path / "fresh"))
    with pytest.raises(Killed):
        fit(tmp_path / "used", kill_at=40)
    state = tmp_path / "used" / STATE
    whole = bytearray(state.read_bytes())
    flipped = whole.copy()
    flipped[len(whole) // 2] ^= 1
    damaged: dict[str, bytes | bytearray] = {
        "flipped": flipped,
        "cut": whole[:-9],
        "empty": b"",
        "zeroed": bytes(len(whole)),
    }
    state.write_bytes(damaged[damage])
    with pytest.warns(UserWarning, match=r"state\.pt is damaged: .*this training starts again") as told:
        assert torch.equal(expected, weights(fit(tmp_path / "used")))
    assert len(told) == 1


def test_a_loss_that_is_no_number_names_the_step_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(BenchboxError, match=r"nan at step 7 of 60: lower learning_rate \(now 0.01\)"):
        fit_network(
            Diverging(),
            Halves(),
            PLAN,
            rng=np.random.default_rng(0),
            folder=tmp_path,
            progress=lambda now: None,
        )


def test_progress_counts_up_to_the_last_step(tmp_path: Path) -> None:
    seen: list[Progress] = []
    fit_network(Gain(), Halves(), PLAN, rng=np.random.default_rng(0), folder=tmp_path, progress=seen.append)
    assert [now.step for now in seen] == [10, 20, 30, 40, 50, 60]
    assert seen[-1].steps == 60
    assert seen[-1].facts["validation_loss"] == curve(tmp_path)[-1]["validation_loss"]


def test_the_learning_rate_falls_to_a_fiftieth(tmp_path: Path) -> None:
    fit(tmp_path, replace(PLAN, steps=100))
    rates = [row["learning_rate"] for row in curve(tmp_path)]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(PLAN.learning_rate / 50, rel=0.01)
