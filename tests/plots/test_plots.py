import math
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchbox.errors import BadRun
from benchbox.leaderboard import leaderboard
from benchbox.leaderboard.table import Table
from benchbox.plots import curve_groups, plot_clip, plot_curves, plot_spectrograms, plot_training
from benchbox.plots.curves import spread
from benchbox.plots.spectrograms import SPAN, log_of, magnitude_of
from benchbox.records import Measure, Samples
from benchbox.results.record import ConditionFacts, Results, SystemFacts

MEASURES = (Measure("stoi", bounds=(0.0, 1.0)), Measure("si_sdr", "dB"))
SYSTEMS = {
    **dict.fromkeys(("noisy", "a", "spectral_sub(over=3.0, floor=0.02)"), SystemFacts()),
    "oracle_mask": SystemFacts(oracle=True),
}


def tone(frequency: float = 1000.0, seconds: float = 1.0, sample_rate: int = 8000) -> Samples:
    time = np.arange(int(seconds * sample_rate)) / sample_rate
    return (0.5 * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def scores(noises: int, snrs: tuple[float, ...] = (-5.0, 5.0)) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "system": system,
            "noise": f"noise{noise}",
            "snr_db": snr_db,
            "utterance": f"u{clip}",
            "recording": f"r{clip}",
            "speaker": None,
            "mixture": f"{noise}-{snr_db}-{clip}",
            "measure": measure.name,
            "value": 0.5 + 0.02 * snr_db + 0.05 * rng.normal() if snr_db == snr_db else 0.5,
            "status": "ok",
            "failure": None,
            "delay_samples": 0.0,
            "gain_db": 0.0,
            "polarity": 1.0,
        }
        for noise in range(noises)
        for snr_db in snrs
        for clip in range(6)
        for system in SYSTEMS
        for measure in MEASURES
    )


def table(scores: pd.DataFrame) -> Table:
    return leaderboard(Results(scores, MEASURES, SYSTEMS), by=curve_groups(scores))


def size(png: Path) -> tuple[int, int]:
    content = png.read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_a_clip_is_drawn_as_png_svg_and_pdf_with_seconds_and_hertz(tmp_path: Path) -> None:
    files = plot_clip(tone(), 8000, tmp_path / "plots" / "clip")
    assert files == [tmp_path / "plots" / f"clip.{suffix}" for suffix in ("png", "svg", "pdf")]
    assert size(files[0]) == (1800, 450)
    text = files[1].read_text()
    for label in ("waveform", "magnitude", "log magnitude", "time (s)", "frequency (Hz)", "ln |X|"):
        assert label in text


def test_a_pdf_embeds_truetype_fonts_and_has_the_pictures_width(tmp_path: Path) -> None:
    pdf = plot_clip(tone(), 8000, tmp_path / "clip")[2].read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox [ 0 0 864 216 ]" in pdf  # points: 12 by 3 inches
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf


def test_spectrograms_share_one_colour_bar_and_name_each_sound(tmp_path: Path) -> None:
    names = ["clean", "noisy", "vqunet", "unet", "log_mmse"]
    _, svg, _ = plot_spectrograms(dict.fromkeys(names, tone()), 8000, tmp_path / "sounds")
    text = svg.read_text()
    assert all(f">{name}<" in text for name in names)
    assert text.count("ln |X|") == 1


def test_the_same_picture_has_the_same_bytes(tmp_path: Path) -> None:
    first = plot_spectrograms({"clean": tone()}, 8000, tmp_path / "a")
    second = plot_spectrograms({"clean": tone()}, 8000, tmp_path / "b")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


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


def test_curves_have_a_row_a_noise_while_noises_are_few(tmp_path: Path) -> None:
    _, svg, _ = plot_curves(table(scores(noises=2)), tmp_path / "curves")
    text = svg.read_text()
    for label in ("noise0", "noise1", "stoi ↑", "si_sdr ↑ (dB)", "SNR (dB); vertical bars: 95% intervals"):
        assert label in text
    assert text.count(">oracle_mask<") == 2  # a label at the end of its line in each row


def test_curves_pool_many_noises(tmp_path: Path) -> None:
    many = scores(noises=5)
    assert curve_groups(many) == ("snr",)
    _, svg, _ = plot_curves(table(many), tmp_path / "curves")
    assert "all noises" in svg.read_text()


def test_noises_with_a_level_of_their_own_are_left_out_of_curves(tmp_path: Path) -> None:
    own = scores(noises=1, snrs=(math.nan,)).assign(noise="own")
    own["mixture"] = "own" + own["mixture"]
    both = pd.concat([scores(noises=1), own], ignore_index=True)
    _, svg, _ = plot_curves(table(both), tmp_path / "curves")
    assert ">own<" not in svg.read_text()
    with pytest.raises(BadRun, match="every noise of this run fixes its own level"):
        plot_curves(table(own), tmp_path / "none")


def test_curves_of_a_single_snr_and_of_failed_scores_are_drawn(tmp_path: Path) -> None:
    some = scores(noises=1, snrs=(5.0,))
    some.loc[some["system"] == "a", "value"] = math.nan
    assert plot_curves(table(some), tmp_path / "curves")[0].is_file()


def test_training_shows_losses_and_the_codebook_where_there_is_one(tmp_path: Path) -> None:
    plain = pd.DataFrame({"step": [1, 2], "loss": [2.0, 1.0], "validation_loss": [2.5, 1.5]})
    quantised = plain.assign(codebook_usage=[0.1, 0.9])
    text = plot_training({"unet": plain, "vqunet": quantised}, tmp_path / "both")[1].read_text()
    assert all(label in text for label in ("training loss", "validation loss", "codebook usage", "vqunet"))
    assert "codebook usage" not in plot_training({"unet": plain}, tmp_path / "one")[1].read_text()


def test_labels_move_apart_in_order_and_stay_where_there_is_room() -> None:
    assert spread([0.1, 0.9], [0.1, 0.1]) == pytest.approx([0.1, 0.9])
    moved = spread([0.5, 0.5, 0.52], [0.1, 0.2, 0.1])
    gaps = np.diff(moved)
    assert gaps[0] >= 0.15 - 1e-12
    assert gaps[1] >= 0.15 - 1e-12
    assert np.mean(moved) == pytest.approx(np.mean([0.5, 0.5, 0.52]))


def test_curves_of_an_unfinished_run_say_so(tmp_path: Path) -> None:
    rows = scores(1)
    results = Results(rows, MEASURES, SYSTEMS, finished=False, conditions=(ConditionFacts("noise0", 5.0, 9),))
    svg = plot_curves(leaderboard(results, by=curve_groups(rows)), tmp_path / "curves")[1].read_text()
    assert "UNFINISHED: 24 of 36 estimates" in svg
    whole = plot_curves(table(rows), tmp_path / "whole")[1].read_text()
    assert "UNFINISHED" not in whole
