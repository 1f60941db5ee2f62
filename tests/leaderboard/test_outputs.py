"""Delay, gain and polarity of a system's output, over its clips."""

import math

import numpy as np
import pytest

from benchbox.leaderboard.table import Output, Spread
from tests.leaderboard.scored import (
    PESQ,
    STOI,
    clips,
    row,
    score,
    table,
    three_systems,
)


def test_a_constant_delay_has_no_spread_and_jitter_has() -> None:
    scores = score({name: {"pesq_nb": clips(2.0), "stoi": clips(0.5)} for name in ("noisy", "late", "slips")})
    scores.loc[scores["system"] == "late", "delay_samples"] = 160.0
    slipping = (scores["system"] == "slips") & scores["utterance"].isin(["u0", "u1", "u2", "u3"])
    scores.loc[slipping, "delay_samples"] = 160.0  # 4 of 20 clips
    found = table(scores, PESQ, STOI)
    assert row(found, "late").output == Output(Spread(160.0, 0.0), Spread(0.0, 0.0), 1.0)
    assert row(found, "slips").output.delay_samples == Spread(0.0, 80.0)
    assert any("a constant delay has ±0" in note for note in found.notes)


def test_gain_and_polarity_are_over_all_clips_and_each_counts_once() -> None:
    scores = score(
        {"noisy": {"pesq_nb": clips(1.0, 4)}, "a": {"pesq_nb": [1, 2, 3, None], "stoi": [0.5] * 3}}
    )
    clip = scores["utterance"].str[1:].astype(float)
    scores["gain_db"] = np.where(scores["system"] == "a", -clip, 0.0)
    scores["polarity"] = np.where((scores["system"] == "a") & (clip == 3), -1.0, 1.0)
    output = row(table(scores, PESQ, STOI), "a").output
    assert output.gain_db is not None
    assert output.gain_db.median == -1.5
    assert output.gain_db.half_range == pytest.approx(0.9 * 3 / 2)
    assert output.polarity == 0.5


def test_silence_has_no_delay_gain_or_polarity() -> None:
    scores = three_systems()
    scores.loc[scores["system"] == "slow", ["delay_samples", "gain_db", "polarity"]] = math.nan
    assert row(table(scores), "slow").output == Output(None, None, None)
    assert not table(scores).shows_outputs
