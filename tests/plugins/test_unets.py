"""`unet` and `vqunet`: one backbone, any length of audio, and what the presets promise."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from benchbox_unets.checkpoint import CONFIG, MODEL
from benchbox_unets.denoiser import SpectrogramDenoiser
from benchbox_unets.presets import PRESETS
from benchbox_unets.unet import UNet
from benchbox_unets.vqunet import VQUNet
from safetensors.torch import load_file

from benchbox.errors import BadOption, BadRun
from benchbox.records import Progress
from benchbox.registry.options import options_of
from benchbox.testing import TrainableContract
from tests.plugins.unets import RATE, TINY, TINY_PAPER, Tones, fit, noise, untrained

EVERY_KIND: list[tuple[type[VQUNet] | type[UNet], dict[str, Any]]] = [
    (VQUNet, TINY),
    (UNet, TINY),
    (VQUNet, {**TINY, "se": False, "loss": "mse_l1"}),
    (VQUNet, {**TINY, "part": "real"}),
    (VQUNet, {**TINY, "part": "magnitude"}),
    (VQUNet, {**TINY, "part": "mel"}),
    (VQUNet, {**TINY, "codebook": "gradient", "quantizer": "flattened", "loss_weights": "swapped"}),
    (VQUNet, TINY_PAPER),
    (UNet, TINY_PAPER),
    (VQUNet, {**TINY_PAPER, "part": "complex", "pieces": "joined"}),
    (VQUNet, {**TINY_PAPER, "part": "magnitude", "quantizer": "flattened"}),
]


def test_listing_imports_no_torch() -> None:
    code = "import benchbox_unets.unet, benchbox_unets.vqunet, sys; print('torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


@pytest.mark.parametrize(("factory", "options"), EVERY_KIND)
def test_every_option_trains_saves_and_loads(
    factory: type[VQUNet] | type[UNet], options: dict[str, Any], tmp_path: Path
) -> None:
    denoiser = factory(**{**options, "steps": 2})
    fit(denoiser, tmp_path)
    denoiser.save(tmp_path / "saved")
    assert sorted(path.name for path in (tmp_path / "saved").iterdir()) == [CONFIG, MODEL]
    again = factory()
    again.load(tmp_path / "saved")
    for length in (1, 2, 127, 129, 4000, 10_001):
        estimate = denoiser.denoise(noise(length), RATE)
        assert estimate.shape == (length,)
        assert estimate.dtype == np.float32
        assert np.isfinite(estimate).all()
        np.testing.assert_array_equal(again.denoise(noise(length), RATE), estimate)
    assert np.isfinite(denoiser.denoise(np.zeros(3000, np.float32), RATE)).all()


@pytest.mark.parametrize("factory", [UNet, VQUNet])
def test_training_denoises(factory: type[SpectrogramDenoiser], tmp_path: Path) -> None:
    options: dict[str, Any] = {"channels": 16, "stages": 1, "steps": 60, "learning_rate": 0.02}
    denoiser = factory(**{**TINY, **options})
    denoiser.config = replace(denoiser.config, warmup=5, validate_every=20)
    losses = [now.facts["validation_loss"] for now in fit(denoiser, tmp_path) if now.facts]
    assert losses[-1] < 0.7 * losses[0]
    clean, noisy = Tones().draw(RATE, np.random.default_rng(1))
    estimate = denoiser.denoise(noisy, RATE)
    assert np.mean((estimate - clean) ** 2) < 0.7 * np.mean((noisy - clean) ** 2)


@pytest.mark.parametrize("preset", ["fast", "paper"])
def test_a_killed_training_ends_where_an_uninterrupted_one_does(preset: str, tmp_path: Path) -> None:
    options = {"fast": TINY, "paper": TINY_PAPER}[preset]
    whole, killed, resumed = (VQUNet(**{**options, "steps": 15}) for _ in range(3))
    for denoiser in (whole, killed, resumed):
        denoiser.config = replace(denoiser.config, validate_every=5)
    fit(whole, tmp_path / "whole")

    def kill(now: Progress) -> None:
        if now.step == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed.fit(Tones(), rng=np.random.default_rng(0), folder=tmp_path / "killed", progress=kill)
    seen = fit(resumed, tmp_path / "killed")
    assert seen[0].step > 10
    np.testing.assert_array_equal(resumed.denoise(noise(4000), RATE), whole.denoise(noise(4000), RATE))


def test_the_curve_tells_the_codebooks_health(tmp_path: Path) -> None:
    fit(VQUNet(**{**TINY, "steps": 2}), tmp_path)
    header, *rows = (tmp_path / "curve.csv").read_text().splitlines()
    for column in ("validation_loss", "codebook_usage", "perplexity", "commitment_distance"):
        assert column in header
    assert len(rows) == 1


@pytest.mark.parametrize("use", ["denoise", "save"])
def test_using_it_before_training_says_so(use: str, tmp_path: Path) -> None:
    with pytest.raises(BadRun, match="vqunet has no weights"):
        VQUNet().denoise(noise(10), RATE) if use == "denoise" else VQUNet().save(tmp_path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="torch finds no GPU here; valid: auto, cpu"):
        fit(VQUNet(**{**TINY, "device": "cuda"}), tmp_path)


@pytest.mark.parametrize("content", [None, "{", '{"wings": 2}'])
def test_loading_something_else_says_so(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / CONFIG).write_text(content)
    with pytest.raises(BadRun, match="holds no vqunet this version can read"):
        VQUNet().load(tmp_path)


def test_weights_that_do_not_fit_say_so(tmp_path: Path) -> None:
    small, large = VQUNet(**{**TINY, "steps": 1}), VQUNet(**{**TINY, "channels": 8, "steps": 1})
    fit(small, tmp_path / "small")
    fit(large, tmp_path / "large")
    small.save(tmp_path / "small")
    large.save(tmp_path / "large")
    (tmp_path / "small" / MODEL).write_bytes((tmp_path / "large" / MODEL).read_bytes())
    with pytest.raises(BadRun, match="holds no vqunet this version can read"):
        VQUNet().load(tmp_path / "small")
    (tmp_path / "small" / MODEL).write_bytes(b"PK nonsense")
    with pytest.raises(BadRun, match="holds no vqunet this version can read"):
        VQUNet().load(tmp_path / "small")


def test_a_collapsed_codebook_is_a_warning_with_a_remedy(tmp_path: Path) -> None:
    # Four halvings leave two positions at the bottleneck, so at most two of 512 codes are chosen.
    options: dict[str, Any] = {"channels": 2, "stages": 4, "seconds": 0.001, "batch": 1, "steps": 1}
    with pytest.warns(UserWarning, match=r"codebook collapsed: .* of 512, .* try codebook='ema'"):
        VQUNet(codebook="gradient", **options).fit(
            Tones(), rng=np.random.default_rng(0), folder=tmp_path, progress=lambda now: None
        )


class TestUNet(TrainableContract):
    spec = "unet(channels=4, stages=2, seconds=0.25, steps=3)"


class TestVQUNet(TrainableContract):
    spec = "vqunet(channels=4, stages=2, seconds=0.25, steps=3)"


class TestPublishedVQUNet(TrainableContract):
    spec = 'vqunet(preset="paper", channels=2, seconds=0.2, steps=2, batch=2)'


def test_training_goes_on_from_weights_that_are_there(tmp_path: Path) -> None:
    options: dict[str, Any] = {**TINY, "steps": 1, "learning_rate": 1e-9}
    first = VQUNet(**options)
    fit(first, tmp_path / "1")
    first.save(tmp_path / "saved")
    second = VQUNet(**options)
    second.load(tmp_path / "saved")
    fit(second, tmp_path / "2", seed=1)
    second.save(tmp_path / "again")
    trained, again = (load_file(tmp_path / name / MODEL) for name in ("saved", "again"))
    assert again.keys() == trained.keys()
    for name, _ in untrained(first.config).named_parameters():
        torch.testing.assert_close(again[name], trained[name])


def test_options_that_exclude_each_other_say_so() -> None:
    with pytest.raises(BadOption, match="part='mel'"):
        VQUNet(preset="paper", part="mel")
    with pytest.raises(BadOption, match="add codebook='gradient'"):
        VQUNet(loss_weights="swapped")
    assert VQUNet(preset="paper", loss_weights="swapped").config.loss_weights == "swapped"


def test_info_shows_what_each_preset_decides() -> None:
    presets = {name: PRESETS[name] for name in ("fast", "large", "paper")}
    options = [option for option in options_of(VQUNet) if option.default == "none"]
    assert len(options) > 12
    for option in options:
        for name, config in presets.items():
            choice = bool(config.se_reduction) if option.name == "se" else getattr(config, option.name)
            said = option.description
            assert f"{name}: {choice}" in said or f"every preset: {choice}" in said, option
