"""The weights that the package brings."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from benchbox_unets.checkpoint import MODEL
from benchbox_unets.denoiser import SpectrogramDenoiser
from benchbox_unets.presets import WIDEBAND
from benchbox_unets.vqunet import SHIPPED, VQUNet

from benchbox.errors import BadOption, BadRun
from benchbox.synthetic import speech_like
from benchbox.testing import DenoiserContract
from tests.plugins.unets import RATE, noise


class TestPretrainedVQUNet(DenoiserContract):
    spec = 'vqunet(preset="pretrained")'


@pytest.mark.parametrize("rate", SHIPPED)
def test_the_shipped_weights_need_no_training_and_denoise(rate: int) -> None:
    denoiser = VQUNet(preset="pretrained")
    assert not denoiser.needs_training
    clean = speech_like(4 * rate, np.random.default_rng(0))
    hiss = np.random.default_rng(1).standard_normal(clean.size).astype(np.float32)
    noisy = clean + hiss * np.sqrt(np.mean(clean**2) / np.mean(hiss**2))  # 0 dB
    estimate = denoiser.denoise(noisy, rate)
    assert np.mean((estimate - clean) ** 2) < 0.3 * np.mean((noisy - clean) ** 2)


@pytest.mark.parametrize("rate", SHIPPED)
@pytest.mark.parametrize("name", ["config.json", MODEL])
def test_a_flipped_bit_of_the_shipped_weights_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, rate: int
) -> None:
    shutil.copytree(SHIPPED[rate], tmp_path / "pretrained")
    content = bytearray((tmp_path / "pretrained" / name).read_bytes())
    content[-100] ^= 1
    (tmp_path / "pretrained" / name).write_bytes(content)
    monkeypatch.setitem(SHIPPED, rate, tmp_path / "pretrained")
    with pytest.raises(BadRun, match=f"{name} is not the file that benchbox came with: install"):
        VQUNet(preset="pretrained").denoise(noise(100), rate)


@pytest.mark.parametrize("rate", SHIPPED)
def test_the_shipped_weights_fit_into_a_wheel_and_have_a_card(rate: int) -> None:
    assert (SHIPPED[rate] / MODEL).stat().st_size <= 8 * 2**20
    card = (SHIPPED[rate] / "MODEL_CARD.md").read_text()
    for subject in ("CC BY 4.0", "Seed 0", "python benchmarks/"):
        assert subject in card


def test_the_shipped_weights_are_of_the_network_that_the_preset_describes() -> None:
    denoiser = VQUNet(preset="pretrained")
    described, parameters = denoiser.config, denoiser.parameters
    denoiser.denoise(noise(100), RATE)
    assert (denoiser.config, denoiser.parameters) == (described, parameters)


def test_the_rate_of_the_audio_chooses_the_weights() -> None:
    denoiser = VQUNet(preset="pretrained")
    low, wide = denoiser.denoise(noise(4 * RATE), RATE), denoiser.denoise(noise(4 * RATE), 2 * RATE)
    assert not np.allclose(low, wide, atol=1e-3)
    for rate, expected in ((RATE, low), (2 * RATE, wide)):
        alone = SpectrogramDenoiser(WIDEBAND, "auto")
        alone.load(SHIPPED[rate])
        assert np.array_equal(alone.denoise(noise(4 * RATE), rate), expected)


def test_what_the_shipped_weights_decide_cannot_be_chosen() -> None:
    with pytest.raises(BadOption, match="brings its weights: channels, se cannot be chosen"):
        VQUNet(preset="pretrained", channels=8, se=False)
    joined_pieces = VQUNet(preset="pretrained", pieces="joined")
    joined_pieces.denoise(noise(100), RATE)
    assert joined_pieces.config.pieces == "joined"
