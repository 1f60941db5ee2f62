"""What of a spectrogram the network sees, and what is made of what it says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from benchbox_unets.presets import FAST, PAPER
from benchbox_unets.realpart import real_spectrum

from benchbox.spectral import Stft
from benchbox.synthetic import speech_like
from tests.plugins.unets import RATE, noise, ratio_db, untrained


def test_the_papers_spectrogram_is_square() -> None:
    network = untrained(replace(PAPER, channels=1))
    spectrum = network.stft.analyze(torch.zeros(1, RATE))
    assert network.frontend.values(spectrum).shape == (1, 1, 260, 260)


def test_the_papers_standardisation_is_undone() -> None:
    network = untrained(replace(PAPER, channels=1, part="complex"))
    spectrum = network.stft.analyze(torch.from_numpy(noise(2000))[None])
    network.frontend.standardise(3 * spectrum + 2)  # type: ignore[operator]
    values = network.frontend.values(3 * spectrum + 2)
    assert values.mean().item() == pytest.approx(0, abs=1e-5)
    assert values.std().item() == pytest.approx(1, abs=1e-5)
    torch.testing.assert_close(network.frontend.estimate(values, spectrum), 3 * spectrum + 2)


def test_only_the_real_part_is_kept_where_the_paper_keeps_it() -> None:
    for config in (replace(PAPER, channels=1), replace(FAST, part="real")):
        network = untrained(config)
        spectrum = network.stft.analyze(torch.from_numpy(noise(3000))[None])
        outputs = network.frontend.values(spectrum)
        assert outputs.shape[1] == 1
        assert not network.frontend.estimate(outputs, spectrum).imag.any()


@pytest.mark.parametrize("length", [300, 4000, 8000])
def test_the_real_part_that_audio_was_made_of_is_found_again(length: int) -> None:
    """Taking the real part of the audio once more leaves 30 times the error, and worse."""
    stft = Stft(519, 31)
    original = torch.from_numpy(speech_like(length, np.random.default_rng(0)))[None]
    part = stft.analyze(original).real
    audio = stft.synthesize(part + 0j, length)
    found = real_spectrum(stft, audio)
    assert not found.imag.any()
    assert ratio_db(part, found.real) > 25
    assert ratio_db(audio, stft.synthesize(found, length)) > 35
    assert ratio_db(part, stft.analyze(audio).real) < 12


def test_the_papers_system_gives_back_what_it_understands(tmp_path: Path) -> None:
    """A network that says what it sees would leave the reference of the paper's condition as it is."""
    network = untrained(replace(PAPER, channels=1))
    stft = network.stft
    speech = torch.from_numpy(speech_like(RATE, np.random.default_rng(0)))[None]
    audio = stft.synthesize(stft.analyze(speech).real + 0j, RATE)
    spectrum = network.analyze(audio)
    estimate = network.frontend.estimate(network.frontend.values(spectrum), spectrum)
    assert ratio_db(audio, stft.synthesize(estimate, RATE)) > 35


def test_a_magnitude_mask_keeps_the_noisy_phase() -> None:
    for part in ("magnitude", "mel"):
        network = untrained(replace(FAST, part=part))
        spectrum = network.stft.analyze(torch.from_numpy(noise(3000))[None])
        ones = torch.ones_like(network.frontend.values(spectrum))
        torch.testing.assert_close(network.frontend.estimate(ones, spectrum), spectrum)
