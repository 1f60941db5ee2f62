"""Measures over SNR, and how systems learnt."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchbox.errors import BadRun
from benchbox.leaderboard import leaderboard
from benchbox.plots import curve_groups, plot_curves, plot_training
from benchbox.plots.curves import spread
from benchbox.results.record import ConditionFacts, Results
from tests.plots.drawn import MEASURES, SYSTEMS, scores, table


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
