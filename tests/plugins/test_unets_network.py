"""The network: its widths, its numbers, and what it does to levels and silence."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from benchbox_unets.blocks import SqueezeExcitation
from benchbox_unets.presets import FAST, LARGE, PAPER, Config
from benchbox_unets.quantizer import Quantized
from benchbox_unets.unet import UNet
from benchbox_unets.vqunet import VQUNet
from torch import nn

from benchbox.synthetic import speech_like
from tests.plugins.unets import RATE, TINY, TINY_PAPER, Tones, noise, untrained


def test_parameters_are_known_before_training_and_count_the_codebook(tmp_path: Path) -> None:
    vqunet, unet = VQUNet(**TINY), UNet(**TINY)
    assert vqunet.parameters == unet.parameters + 512 * 64
    network = untrained(unet.config)
    assert unet.parameters == sum(weights.numel() for weights in network.parameters())
    # conv3x3 twice, two norms; SE 64 -> 4 -> 64 with biases: the first stage of the published network.
    stage = 1 * 64 * 9 + 64 * 64 * 9 + 2 * 2 * 64 + (64 * 4 + 4) + (4 * 64 + 64)
    paper = untrained(replace(PAPER, stages=1))
    assert sum(weights.numel() for weights in paper.backbone.down[0].parameters()) == stage


def test_without_its_quantiser_vqunet_is_unet() -> None:
    vqunet, unet = untrained(VQUNet(**TINY).config), untrained(UNet(**TINY).config, seed=1)
    shared = {name: value for name, value in vqunet.state_dict().items() if "quantizer" not in name}
    unet.load_state_dict(shared)  # strict: not a weight more or less
    audio = torch.from_numpy(noise(5000))[None]
    with torch.no_grad():
        quantized, plain = vqunet(audio), unet(audio)
        vqunet.backbone.quantizer = Transparent()  # type: ignore[assignment]
        bypassed = vqunet(audio)
    assert not torch.equal(quantized, plain)
    assert torch.equal(bypassed, plain)


def test_from_one_seed_both_start_with_the_same_weights() -> None:
    for options in (TINY, TINY_PAPER):
        vqunet, unet = untrained(VQUNet(**options).config), untrained(UNet(**options).config)
        for name, weights in unet.state_dict().items():
            assert torch.equal(vqunet.state_dict()[name], weights)


class Transparent(nn.Module):
    def forward(self, encoded: torch.Tensor) -> Quantized:
        return Quantized(encoded, torch.empty(0), torch.zeros(()))


@pytest.mark.parametrize("config", [FAST, LARGE, replace(FAST, part="mel"), replace(FAST, part="real")])
@pytest.mark.parametrize("gain", [1e-6, 0.1, 1000.0])
def test_the_estimate_follows_the_input_level(config: Config, gain: float) -> None:
    network = untrained(config)
    audio = torch.from_numpy(noise(4000))[None]
    with torch.no_grad():
        torch.testing.assert_close(network(gain * audio), gain * network(audio), rtol=1e-2, atol=1e-5 * gain)


def test_silence_stays_silent() -> None:
    with torch.no_grad():
        assert not untrained(FAST)(torch.zeros(1, 4000)).any()


def test_the_papers_widths_and_numbers() -> None:
    assert PAPER.widths == (64, 128, 256, 512, 1024)
    assert (PAPER.codes, PAPER.code_dim, PAPER.beta) == (512, 64, 0.25)
    assert (PAPER.learning_rate, PAPER.batch, PAPER.dropout, PAPER.se_reduction) == (0.004, 16, 0.1, 16)
    config = VQUNet(preset="paper").config
    assert config == PAPER
    codebook = untrained(replace(PAPER, channels=1)).backbone.quantizer.codebook  # type: ignore[union-attr]
    assert codebook.abs().max() <= 512**-0.5
    assert codebook.std().item() == pytest.approx(512**-0.5 / 3**0.5, rel=0.02)


def test_each_loss_adds_to_the_one_before() -> None:
    clean, noisy = (torch.from_numpy(part)[None] for part in Tones().draw(RATE, np.random.default_rng(0)))
    every = [
        untrained(replace(FAST, loss=loss, codes=0)).terms(clean, noisy)
        for loss in ("spectral", "si_sdr", "loudness")
    ]
    assert [list(terms) for terms in every] == [
        ["spectral"],
        ["spectral", "si_sdr"],
        ["spectral", "si_sdr", "loudness"],
    ]
    torch.testing.assert_close(every[2]["spectral"], every[0]["spectral"])


@pytest.mark.parametrize("part", ["real", "complex"])
def test_an_estimate_without_mistakes_costs_nothing(
    part: Literal["real", "complex"], monkeypatch: pytest.MonkeyPatch
) -> None:
    network = untrained(replace(PAPER, channels=1, part=part, loss="loudness"))
    monkeypatch.setattr(network.frontend, "estimate", lambda outputs, spectrum: spectrum)
    speech = speech_like(RATE, np.random.default_rng(0))
    clean = network.stft.synthesize(network.stft.analyze(speech).real + 0j, RATE).astype(np.float32)
    terms = network.terms(torch.from_numpy(clean)[None], torch.from_numpy(clean)[None])
    assert terms["spectral"] < 1e-3
    assert terms["loudness"] < 1e-2


def test_squeeze_and_excitation_sees_only_what_is_near() -> None:
    gate = SqueezeExcitation(4, 2, reach=2)
    x = torch.rand(1, 4, 3, 20, generator=torch.Generator().manual_seed(0))
    other = x.clone()
    other[..., 10] += 1
    with torch.no_grad():
        changed = (gate(other) - gate(x)).abs().sum((0, 1, 2)).nonzero().flatten()
        everything = SqueezeExcitation(4, 2, reach=20)
        everything.load_state_dict(gate.state_dict())
        gate.reach = None
        torch.testing.assert_close(everything(x), gate(x))
    assert changed.tolist() == [8, 9, 10, 11, 12]
