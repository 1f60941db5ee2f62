"""Sounds drawn over time and frequency."""

import math
from pathlib import Path

import numpy as np
import pytest

from benchbox.plots import plot_clip, plot_spectrograms
from benchbox.plots.spectrograms import SPAN, log_of, magnitude_of
from tests.plots.drawn import size, tone


def test_a_clip_is_drawn_as_png_svg_and_pdf_with_seconds_and_hertz(tmp_path: Path) -> None:
    files = plot_clip(tone(), 8000, tmp_path / "plots" / "clip")
    assert files == [tmp_path / "plots" / f"clip.{suffix}" for suffix in ("png", "svg", "pdf")]
    assert size(files[0]) == (1800, 450)
    text = files[1].read_text()
    for label in ("waveform", "magnitude", "log magnitude", "time (s)", "frequency (Hz)", "ln |X|"):
        assert label in text


def test_spectrograms_share_one_colour_bar_and_name_each_sound(tmp_path: Path) -> None:
    names = ["clean", "noisy", "vqunet", "unet", "log_mmse"]
    _, svg, _ = plot_spectrograms(dict.fromkeys(names, tone()), 8000, tmp_path / "sounds")
    text = svg.read_text()
    assert all(f">{name}<" in text for name in names)
    assert text.count("ln |X|") == 1


def test_a_second_at_8_khz_has_the_papers_260_bins_and_frames() -> None:
    assert magnitude_of(tone(), 8000).shape == (260, 260)


@pytest.mark.parametrize("sample_rate", [8000, 16000, 48000])
def test_a_tone_lies_at_its_frequency_at_every_rate(sample_rate: int) -> None:
    magnitude = magnitude_of(tone(1000.0, sample_rate=sample_rate), sample_rate)
    bins = np.linspace(0, sample_rate / 2, len(magnitude))
    assert abs(bins[magnitude.mean(axis=1).argmax()] - 1000) <= sample_rate / 2 / len(magnitude)


def test_a_long_clip_has_no_more_frames_than_can_be_seen() -> None:
    assert magnitude_of(tone(seconds=30), 8000).shape[1] < 1600


def test_log_magnitude_is_natural_and_finite_for_digital_silence(tmp_path: Path) -> None:
    np.testing.assert_allclose(log_of(np.array([math.e, 1.0])), [1.0, 0.0])
    assert np.isfinite(log_of(np.zeros(3))).all()
    assert SPAN * 20 / math.log(10) == pytest.approx(78, abs=0.5)
    assert plot_spectrograms({"silence": np.zeros(4000, np.float32)}, 8000, tmp_path / "s")[0].is_file()


def test_a_clip_shorter_than_a_frame_is_drawn_too(tmp_path: Path) -> None:
    assert all(file.is_file() for file in plot_clip(tone(seconds=0.01), 8000, tmp_path / "short"))
