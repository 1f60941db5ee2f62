"""The rows that bound a table."""

import numpy as np
import pytest
from benchbox_bounds.clean import Clean
from benchbox_bounds.noise_only import NoiseOnly
from benchbox_bounds.noisy import Noisy
from benchbox_bounds.oracle_mask import OracleMask
from benchbox_bounds.silence import Silence

from benchbox.interfaces import OracleDenoiser
from benchbox.records import Samples
from benchbox.synthetic import speech_like
from benchbox.testing import DenoiserContract

RATE = 8000


class TestNoisy(DenoiserContract):
    spec = "noisy"


class TestSilence(DenoiserContract):
    spec = "silence"


class TestClean(DenoiserContract):
    spec = "clean"


class TestNoiseOnly(DenoiserContract):
    spec = "noise_only"


class TestOracleMask(DenoiserContract):
    spec = "oracle_mask"


@pytest.fixture
def clean() -> Samples:
    return speech_like(2 * RATE, np.random.default_rng(0))


@pytest.fixture
def noisy(clean: Samples) -> Samples:
    return (clean + np.random.default_rng(1).normal(0, 0.05, clean.size)).astype(np.float32)


def test_each_bound_returns_what_its_name_says(clean: Samples, noisy: Samples) -> None:
    np.testing.assert_array_equal(Noisy().denoise(noisy, RATE), noisy)
    np.testing.assert_array_equal(Silence().denoise(noisy, RATE), np.zeros_like(noisy))
    np.testing.assert_array_equal(Clean().denoise_knowing(noisy, clean, RATE), clean)
    np.testing.assert_array_equal(NoiseOnly().denoise_knowing(noisy, clean, RATE), noisy - clean)


def test_the_oracle_mask_leaves_a_clean_signal_alone(clean: Samples) -> None:
    np.testing.assert_allclose(OracleMask().denoise_knowing(clean, clean, RATE), clean, atol=1e-6)


@pytest.mark.parametrize("rate", [8000, 44100])
def test_the_oracle_mask_removes_most_noise(clean: Samples, noisy: Samples, rate: int) -> None:
    estimate = OracleMask().denoise_knowing(noisy, clean, rate)
    assert np.square(estimate - clean).mean() < 0.2 * np.square(noisy - clean).mean()


@pytest.mark.parametrize("oracle", [Clean(), NoiseOnly(), OracleMask()])
def test_oracles_cannot_be_mistaken_for_denoisers(oracle: OracleDenoiser, noisy: Samples) -> None:
    with pytest.raises(TypeError, match="clean reference"):
        oracle.denoise(noisy, RATE)
