"""The terms of the loss against numpy and against what they are meant to prefer."""

import numpy as np
import pytest
import torch
from benchbox_unets.frontend import mel_bands
from benchbox_unets.losses import bark_bands, compressed_spectral, loudness_disturbance, si_sdr_db
from torch import Tensor

BANDS = bark_bands(257, 8000)


def draw(seed: int) -> Tensor:
    """Return a spectrum [2, 257, 20] with loud and quiet regions."""
    generator = torch.Generator().manual_seed(seed)
    loudness = torch.rand(2, 257, 20, generator=generator) ** 4
    return loudness * torch.randn(2, 257, 20, dtype=torch.complex64, generator=generator)


def test_compressed_spectral_is_what_numpy_makes_of_it() -> None:
    guess, truth = draw(0).numpy(), draw(1).numpy()
    magnitudes = np.mean((np.abs(guess) ** 0.3 - np.abs(truth) ** 0.3) ** 2)
    compressed = [np.abs(each) ** 0.3 * np.exp(1j * np.angle(each)) for each in (guess, truth)]
    expected = magnitudes + 0.5 * np.mean(np.abs(compressed[0] - compressed[1]) ** 2)
    # Exact but for what lies below 1e-4, which is compressed no further.
    assert compressed_spectral(draw(0), draw(1)).item() == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 20.0])
@pytest.mark.parametrize("gain", [0.01, 1.0, 30.0])
def test_si_sdr_is_the_ratio_of_orthogonal_parts_at_any_gain(snr_db: float, gain: float) -> None:
    time = torch.arange(8000) / 8000
    clean = torch.sin(2 * torch.pi * 100 * time)
    distortion = torch.sin(2 * torch.pi * 300 * time) * 10 ** (-snr_db / 20)
    found = si_sdr_db(gain * (clean + distortion)[None], clean[None])
    assert found.item() == pytest.approx(snr_db, abs=0.01)


def test_si_sdr_is_finite_for_silence_and_for_the_clean_signal() -> None:
    clean = torch.randn(1, 1000, generator=torch.Generator().manual_seed(0))
    assert si_sdr_db(clean, clean).item() == pytest.approx(60, abs=1)
    for estimate, reference in ((0 * clean, clean), (clean, 0 * clean), (0 * clean, 0 * clean)):
        assert torch.isfinite(si_sdr_db(estimate, reference)).all()


def test_the_clean_signal_disturbs_nobody() -> None:
    assert loudness_disturbance(draw(0), draw(0), BANDS).item() == pytest.approx(0, abs=2e-4)
    assert loudness_disturbance(1.02 * draw(0), draw(0), BANDS).item() == pytest.approx(0, abs=2e-4)


def test_level_makes_no_difference_to_disturbance() -> None:
    one = loudness_disturbance(draw(0), draw(1), BANDS)
    torch.testing.assert_close(loudness_disturbance(50 * draw(0), 50 * draw(1), BANDS), one)


def test_what_is_added_disturbs_more_than_what_is_lost() -> None:
    quiet, loud = draw(0), 4 * draw(0)
    # One mean level for both, or the reference would decide it.
    level = torch.zeros(2, 257, 1, dtype=torch.complex64) + 20
    quiet, loud = torch.cat([quiet, level], dim=2), torch.cat([loud, level], dim=2)
    assert loudness_disturbance(loud, quiet, BANDS) > 1.2 * loudness_disturbance(quiet, loud, BANDS)


@pytest.mark.parametrize("seed", [0, 1])
def test_every_loss_has_finite_gradients_at_silence(seed: int) -> None:
    for truth in (draw(seed), torch.zeros(2, 257, 20, dtype=torch.complex64)):
        estimate = torch.zeros(2, 257, 20, dtype=torch.complex64, requires_grad=True)
        loss = compressed_spectral(estimate, truth) + loudness_disturbance(estimate, truth, BANDS)
        loss.backward()
        assert estimate.grad is not None
        assert torch.isfinite(torch.view_as_real(estimate.grad)).all()


@pytest.mark.parametrize("bins", [129, 257, 260])
def test_bands_add_up_to_one_and_leave_no_bin_out(bins: int) -> None:
    for bands in (bark_bands(bins, 8000), mel_bands(bins, 8000)):
        torch.testing.assert_close(bands.sum(1), torch.ones(len(bands)))
        assert (bands[:, 1:].sum(0) > 0).all()
        centres = (bands * torch.arange(bins)).sum(1)
        assert (centres.diff() > 0).all()
