"""RNNoise, by its package."""

from pathlib import Path

import numpy as np
import pytest
from benchbox_peers.rnnoise import RNNoise

from benchbox.audio import read
from benchbox.evaluation.alignment import estimate_alignment
from benchbox.evaluation.estimate import denoise
from benchbox.mixing import mix, rms_level_db
from benchbox.testing import DenoiserContract
from tests.plugins.peers import needs_rnnoise, si_sdr_db, speech_in_noise

RATE = 48000


@needs_rnnoise
class TestRNNoise(DenoiserContract):
    spec = "rnnoise"


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@needs_rnnoise
@pytest.mark.parametrize("snr_db", [0, 20])
def test_the_delay_of_rnnoise_is_taken_off(snr_db: float, rng: np.random.Generator) -> None:
    mixture = speech_in_noise(rng, RATE, snr_db)
    found = estimate_alignment(mixture, RNNoise().denoise(mixture.noisy, RATE))
    assert found.delay_samples == pytest.approx(0, abs=0.5)
    assert found.polarity == 1


@needs_rnnoise
def test_rnnoise_is_in_step_at_the_corpus_rate_too(rng: np.random.Generator) -> None:
    mixture = speech_in_noise(rng, 8000)
    assert estimate_alignment(mixture, denoise(RNNoise(), mixture)).delay_samples == pytest.approx(0, abs=0.1)


@needs_rnnoise
@pytest.mark.parametrize("length", [0, 1, 479, 480, 481, 960])
def test_a_clip_of_any_length_is_the_start_of_a_longer_one(length: int, rng: np.random.Generator) -> None:
    noisy = speech_in_noise(rng, RATE).noisy
    silence = np.zeros(2 * RATE, np.float32)
    silence[:length] = noisy[:length]
    np.testing.assert_array_equal(
        RNNoise().denoise(noisy[:length], RATE), RNNoise().denoise(silence, RATE)[:length]
    )


@needs_rnnoise
def test_rnnoise_nearly_silences_noise_alone(rng: np.random.Generator) -> None:
    noise = rng.normal(0, 0.1, 2 * RATE).astype(np.float32)
    left = RNNoise().denoise(noise, RATE)
    assert rms_level_db(left[RATE:]) - rms_level_db(noise) < -40


@needs_rnnoise
def test_rnnoise_does_what_its_own_package_does(rng: np.random.Generator) -> None:
    pytest.importorskip("audiolab", reason="pyrnnoise is installed without what its own interface needs")
    from pyrnnoise.rnnoise import create, destroy, process_mono_frame

    noisy = 0.5 * speech_in_noise(rng, RATE).noisy
    late = np.concatenate([noisy, np.zeros(960, np.float32)])
    state = create()
    frames = [process_mono_frame(state, frame)[0] for frame in late.reshape(-1, 480)]
    destroy(state)
    theirs = np.concatenate(frames)[960:] / 32768
    # They round to 16 bits before and after; the network hears a little of that.
    error = RNNoise().denoise(noisy, RATE) - theirs
    assert rms_level_db(error) - rms_level_db(theirs) < -40


@needs_rnnoise
def test_rnnoise_gains_several_db_on_real_speech_in_white_noise(
    shared_audio: Path, rng: np.random.Generator
) -> None:
    gains = []
    for file in sorted((shared_audio / "speech" / "test").glob("*.flac"))[:3]:
        clean, rate = read(file)
        mixture = mix(clean, rng.standard_normal(clean.size).astype(np.float32), rate, 5, "rms")
        gains.append(si_sdr_db(clean, denoise(RNNoise(), mixture)) - si_sdr_db(clean, mixture.noisy))
    assert np.mean(gains) > 3
