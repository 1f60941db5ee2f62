"""Long audio in pieces: as in one pass, where that is promised."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from benchbox_unets.frontend import ValueFrontend
from benchbox_unets.pieces import crossfaded, joined, seamless
from benchbox_unets.presets import FAST, PAPER
from benchbox_unets.vqunet import VQUNet
from torch import Tensor

from benchbox.errors import BadOption
from benchbox.records import Samples
from benchbox.synthetic import speech_like
from tests.plugins.unets import RATE, TINY, Tones, fit, holding, noise, ratio_db, untrained


@pytest.mark.parametrize("size", [1, 99, 100, 101, 175, 1000, 1001])
def test_pieces_of_audio_left_alone_make_the_audio_again(size: int) -> None:
    samples = noise(size)

    def same(start: int, stop: int) -> Samples:
        assert start % 5 == 0
        return samples[start:stop]

    np.testing.assert_allclose(crossfaded(same, size, 100, 25, 5), samples, atol=1e-7)
    np.testing.assert_array_equal(seamless(same, size, 100, 25), samples)
    whole = size - size % 100
    if whole:
        np.testing.assert_array_equal(joined(same, whole, 100), samples[:whole])


def test_pieces_are_no_longer_than_asked_for_and_fade_into_each_other() -> None:
    sizes: list[int] = []

    def level(start: int, stop: int) -> Samples:
        sizes.append(stop - start)
        return np.full(stop - start, len(sizes), np.float32)

    result = crossfaded(level, 1000, 300, 50)
    assert sizes == [300] * 4
    steps = np.diff(result)
    assert result[0] == 1
    assert result[-1] == 4
    assert steps.min() >= 0
    assert steps.max() <= 1 / 50


def test_long_audio_in_pieces_is_close_to_one_pass(tmp_path: Path) -> None:
    # A mask of magnitudes does not see the phase, which depends on where a piece starts.
    denoiser = VQUNet(**{**TINY, "part": "magnitude", "steps": 30})
    fit(denoiser, tmp_path)
    _, noisy = Tones().draw(6 * RATE, np.random.default_rng(2))
    whole = denoiser.denoise(noisy, RATE)
    denoiser.config = replace(denoiser.config, piece_seconds=2.5)
    pieces = denoiser.denoise(noisy, RATE)
    # Statistics that squeeze and excitation takes over the whole differ from those of a piece.
    assert np.mean((whole - pieces) ** 2) < 0.02 * np.mean(whole**2)


SEAMLESS = replace(FAST, channels=4, se_reduction=1, se_seconds=0.3, pieces="seamless")


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_chunks_give_what_one_pass_gives(stages: int, tmp_path: Path) -> None:
    network = untrained(replace(SEAMLESS, stages=stages))
    denoiser = holding(network, tmp_path)
    assert network.context is not None
    assert network.context <= 4 * RATE
    # Louder and louder: a level of each chunk's own would show.
    noisy = noise(20 * RATE + 77) * np.linspace(0, 1, 20 * RATE + 77, dtype=np.float32)
    whole = denoiser.denoise(noisy, RATE)
    denoiser.config = replace(denoiser.config, piece_seconds=2.1)
    np.testing.assert_allclose(denoiser.denoise(noisy, RATE), whole, atol=1e-5 * np.abs(whole).max())


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_the_context_is_how_far_a_frame_is_seen(stages: int) -> None:
    # Undefined is what takes in something undefined, and no rounding hides it.
    backbone = untrained(replace(SEAMLESS, stages=stages, codes=0)).backbone
    assert backbone.context is not None
    middle = backbone.context + 32
    features = torch.zeros(1, 3, 64, 2 * middle // 8 * 8)
    features[..., middle] = torch.nan
    with torch.no_grad():
        reached = backbone(features)[0].isnan().amax((0, 1, 2)).nonzero()[:, 0]
    reach = (reached - middle).abs().max()
    assert 0.8 * backbone.context < reach <= backbone.context


def test_the_level_in_chunks_is_that_of_the_whole() -> None:
    network = untrained(FAST)
    audio = torch.from_numpy(noise(50_001) * np.linspace(0, 1, 50_001, dtype=np.float32))[None]
    whole = network.frontend.level(network.analyze(audio))
    for length in (1280, 20_000, 12_345, 100_000):
        torch.testing.assert_close(network.level(audio, length), whole)


@pytest.mark.parametrize(("pieces", "least_db"), [("crossfaded", 30), ("joined", 15)])
def test_pieces_of_the_papers_audio_lie_as_in_the_whole(
    pieces: Literal["crossfaded", "joined"], least_db: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = untrained(replace(PAPER, channels=1, piece_seconds=1.5, pieces=pieces))
    denoiser = holding(network, tmp_path)
    monkeypatch.setattr(ValueFrontend, "estimate", lambda self, outputs, spectrum: spectrum)
    audio = speech_like(4 * RATE + 100, np.random.default_rng(0))
    part = network.stft.synthesize(network.stft.analyze(audio).real + 0j, audio.size).astype(np.float32)
    found = denoiser.denoise(part, RATE)
    assert found.size == part.size
    # Joined pieces know nothing of what their first and last frames share with their neighbours.
    assert ratio_db(torch.from_numpy(part), torch.from_numpy(found)) > least_db


def test_only_what_looks_so_far_can_be_seamless() -> None:
    for options in ({"preset": "paper"}, {}):
        with pytest.raises(BadOption, match="valid: crossfaded, joined; or choose preset='large'"):
            VQUNet(pieces="seamless", **options)  # type: ignore[arg-type]
    assert VQUNet(preset="paper", pieces="crossfaded").config.pieces == "crossfaded"
    assert VQUNet(se=False, pieces="seamless").config.pieces == "seamless"
    assert VQUNet(preset="large").config.pieces == "seamless"


def test_a_joined_piece_is_as_long_as_an_excerpt_in_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    denoiser = holding(untrained(replace(PAPER, channels=1, pieces="joined")), tmp_path)
    seen: list[int] = []

    def estimate(self: ValueFrontend, outputs: Tensor, spectrum: Tensor) -> Tensor:
        seen.append(spectrum.shape[-1])
        return spectrum

    monkeypatch.setattr(ValueFrontend, "estimate", estimate)
    assert denoiser.denoise(noise(RATE), RATE).size == RATE
    assert seen == [260]
    assert denoiser.denoise(noise(0), RATE).size == 0
