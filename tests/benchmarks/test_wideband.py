"""The training of the 16 kHz weights: where it starts, what it draws, and that it goes on after a kill."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from benchbox_unets.network import Network
from benchbox_unets.presets import PRETRAINED, WIDEBAND
from wideband.course import Course, Training
from wideband.growth import from_narrow_band
from wideband.mixtures import Mixtures
from wideband.recordings import Recording, Recordings, estimated_snr_db

RATE = 16000
SMALL: dict[str, Any] = {"channels": 4, "codes": 16}


@pytest.fixture
def recordings() -> Recordings:
    """Two of speech and two of noise, one of each held out, three seconds long."""
    rng = np.random.default_rng(0)
    length = 3 * RATE
    samples = (rng.standard_normal(4 * length) * 3000).astype(np.int16)
    entries = [
        Recording(str(i), i < 2, str(i), i * length, length, snr_db=40.0, weight=1.0, held_out=i % 2 == 1)
        for i in range(4)
    ]
    return Recordings(samples, entries)


def test_at_first_the_wide_network_does_below_4_khz_what_the_narrow_one_does() -> None:
    torch.manual_seed(0)
    # Averages over all frequencies would bring in the new ones.
    narrow = Network(replace(PRETRAINED, **SMALL, stages=1, se_reduction=0), 8000).eval()
    wide = Network(replace(WIDEBAND, **SMALL, stages=1, se_reduction=0), RATE).eval()
    from_narrow_band(narrow.state_dict(), wide)
    features = torch.randn(1, 3, 513, 12)
    with torch.inference_mode():
        expected, given = narrow.backbone(features[:, :, :257])[0], wide.backbone(features)[0]
    # Up to where 4 kHz comes into what the convolutions see.
    torch.testing.assert_close(given[:, :, :128], expected[:, :, :128])
    assert expected[:, :, :128].std() > 0.01


@pytest.mark.parametrize("held_out", [False, True])
def test_training_and_judging_draw_from_recordings_of_their_own(
    recordings: Recordings, held_out: bool
) -> None:
    mixtures = Mixtures(recordings, held_out=held_out)
    names = {mixtures.speech.draw(np.random.default_rng(i)).name for i in range(20)}
    assert names == ({"1"} if held_out else {"0"})


def test_the_same_numbers_draw_the_same_mixtures(recordings: Recordings) -> None:
    mixtures = Mixtures(recordings)
    for seed in range(40):  # every kind of noise comes up
        clean, noisy = mixtures.draw(8000, np.random.default_rng(seed))
        again = mixtures.draw(8000, np.random.default_rng(seed))
        np.testing.assert_array_equal(again, (clean, noisy))
        assert clean.dtype == noisy.dtype == np.float32
        assert clean.shape == noisy.shape == (8000,)
        assert np.isfinite(noisy).all()
        snr_db = 10 * np.log10(np.mean(clean**2) / np.mean((noisy - clean) ** 2))
        assert -20 < snr_db < 50  # limiting the band moves it


def test_speech_over_a_quiet_background_has_the_snr_it_was_made_with() -> None:
    rng = np.random.default_rng(0)
    background = 0.001 * rng.standard_normal(10 * RATE).astype(np.float32)
    background[5 * RATE :] += 0.1 * rng.standard_normal(5 * RATE).astype(np.float32)
    assert estimated_snr_db(background) == pytest.approx(40, abs=1.5)


def test_a_training_that_was_stopped_comes_to_the_same_weights(
    recordings: Recordings, tmp_path: Path
) -> None:
    mixtures = Mixtures(recordings)

    def training() -> Training:
        torch.manual_seed(0)
        network = Network(replace(WIDEBAND, **SMALL, precision="float32"), RATE)
        return Training(network, Course(batch=2, seconds=0.3, warmup=2), "cpu")

    whole = training()
    for _ in range(4):
        whole.advance(mixtures)
    first = training()
    first.advance(mixtures)
    first.advance(mixtures)
    first.store(tmp_path)
    second = training()
    second.restore(tmp_path)
    second.advance(mixtures)
    second.advance(mixtures)
    for name, weights in whole.mean.state_dict().items():
        torch.testing.assert_close(second.mean.state_dict()[name], weights, rtol=0, atol=0)
    assert any(
        not torch.equal(a, b)
        for a, b in zip(first.network.parameters(), whole.network.parameters(), strict=True)
    )


def test_the_rate_falls_to_zero_where_a_branch_says_so() -> None:
    course = Course(learning_rate=1.0, warmup=1, fall_from=100, fall_steps=50)
    assert [course.rate(step) for step in (0, 99, 125, 150)] == [1.0, 1.0, 0.5, 0.0]
