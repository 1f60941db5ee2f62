"""The STFT against SciPy's, and against its own inverse."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchbox.errors import BadOption
from benchbox.spectral import Stft

TOLERANCE = {"float32": 2e-5, "float64": 1e-11}
PAPER = Stft(length=519, hop=31)


@st.composite
def stfts(draw: st.DrawFn) -> Stft:
    """Any length and window at an overlap of half a frame or more, and the paper's among them."""
    if draw(st.booleans()):
        return PAPER
    length = draw(st.integers(2, 300))
    window = draw(st.sampled_from(["hann", "hamming", "blackman", "boxcar", "cosine", "bartlett"]))
    return Stft(length, draw(st.integers(1, length // 2)), window)


def noise(shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(dtype)


def scipys(stft: Stft, samples: NDArray[Any]) -> NDArray[Any]:
    overlap = stft.length - stft.hop
    _, _, spectrum = scipy.signal.stft(samples, window=stft.window, nperseg=stft.length, noverlap=overlap)
    return spectrum


@given(stft=stfts(), time=st.integers(1, 3000), dtype=st.sampled_from(["float32", "float64"]))
def test_synthesis_inverts_analysis_for_any_length_window_and_overlap(
    stft: Stft, time: int, dtype: str
) -> None:
    samples = noise((2, time), dtype)
    spectrum = stft.analyze(samples)
    assert spectrum.shape == (2, stft.bins, stft.frames(time))
    assert spectrum.dtype == ("complex64" if dtype == "float32" else "complex128")
    restored = stft.synthesize(spectrum, time)
    assert restored.dtype == dtype
    np.testing.assert_allclose(restored, samples, rtol=0, atol=TOLERANCE[dtype])


@given(stft=stfts(), extra=st.integers(0, 2000), dtype=st.sampled_from(["float32", "float64"]))
def test_equals_scipy_both_ways(stft: Stft, extra: int, dtype: str) -> None:
    samples = noise((stft.length + extra,), dtype)
    expected = scipys(stft, samples)
    spectrum = stft.analyze(samples)
    assert spectrum.dtype == expected.dtype
    np.testing.assert_allclose(spectrum, expected, rtol=0, atol=TOLERANCE[dtype])

    # A spectrum that no signal has, such as a masked one: the two inverses agree there too.
    masked = expected * noise(expected.shape, dtype)
    overlap = stft.length - stft.hop
    _, inverse = scipy.signal.istft(masked, window=stft.window, nperseg=stft.length, noverlap=overlap)
    ours = stft.synthesize(masked, samples.size)
    np.testing.assert_allclose(ours, inverse[: samples.size], rtol=0, atol=TOLERANCE[dtype])


@given(stft=stfts(), time=st.integers(1, 3000), dtype=st.sampled_from(["float32", "float64"]))
def test_tensors_give_what_arrays_give(stft: Stft, time: int, dtype: str) -> None:
    samples = noise((3, time), dtype)
    tensor = torch.from_numpy(samples)
    spectrum = stft.analyze(tensor)
    assert spectrum.dtype == (torch.complex64 if dtype == "float32" else torch.complex128)
    np.testing.assert_allclose(spectrum.numpy(), stft.analyze(samples), rtol=0, atol=TOLERANCE[dtype])
    restored = stft.synthesize(spectrum, time)
    np.testing.assert_allclose(restored.numpy(), samples, rtol=0, atol=TOLERANCE[dtype])


def test_a_second_in_the_papers_frames_is_square() -> None:
    samples = noise((8000,), "float32")
    assert PAPER.analyze(samples).shape == (260, 260) == scipys(PAPER, samples).shape


def test_a_signal_shorter_than_a_frame_is_padded_with_zeros() -> None:
    stft = Stft(length=64, hop=16)
    short = noise((20,), "float64")
    longer = np.pad(short, (0, 100))
    frames = stft.frames(20)
    np.testing.assert_allclose(stft.analyze(short), stft.analyze(longer)[:, :frames], atol=1e-12)


def test_gradients_reach_the_samples_through_analysis_and_synthesis() -> None:
    stft = Stft(length=12, hop=5)
    samples = torch.from_numpy(noise((2, 40), "float64")).requires_grad_()

    def halved(x: torch.Tensor) -> torch.Tensor:
        spectrum = stft.analyze(x)
        return stft.synthesize(spectrum * torch.linspace(0, 1, stft.bins, dtype=x.dtype)[:, None], 40)

    assert torch.autograd.gradcheck(halved, (samples,))


def test_a_window_first_used_in_inference_can_train_later() -> None:
    stft = Stft(length=26, hop=13, window="hamming")
    with torch.inference_mode():
        stft.analyze(torch.ones(100))
    samples = torch.ones(100, requires_grad=True)
    stft.synthesize(stft.analyze(samples), 100).sum().backward()
    assert samples.grad is not None
    np.testing.assert_allclose(samples.grad, torch.ones(100), atol=1e-5)


def test_frequency_and_frame_are_where_a_tone_is() -> None:
    rate = 8000
    time = np.arange(rate) / rate
    tone = np.where(time < 0.5, np.sin(2 * np.pi * 1000 * time), 0.0)
    power = np.abs(Stft(256, 64).analyze(tone)) ** 2
    assert power.sum(axis=1).argmax() == 32  # 1000 Hz at 31.25 Hz a bin
    assert power[32, 30] == pytest.approx(0.25, rel=1e-2)  # a sine of amplitude 1 in a spectrum: (1/2)^2
    assert power[:, 80:].max() < 1e-12


@pytest.mark.parametrize(
    ("length", "hop", "window", "says"),
    [
        (256, 0, "hann", "1 <= hop <= length"),
        (256, 257, "hann", "1 <= hop <= length"),
        (256, 256, "hann", "smaller hop, such as 64"),
        (256, 64, "hamn", "no window 'hamn'"),
    ],
)
def test_what_cannot_be_inverted_is_refused_in_one_line(
    length: int, hop: int, window: str, says: str
) -> None:
    with pytest.raises(BadOption, match=says) as refusal:
        Stft(length, hop, window)
    assert "\n" not in str(refusal.value)


def test_synthesis_refuses_a_spectrum_of_another_length() -> None:
    with pytest.raises(ValueError, match=r"\(129, 126\)"):
        Stft().synthesize(np.zeros((129, 125), complex), 8000)


def test_arrays_need_no_torch() -> None:
    program = (
        "import sys, numpy as np; from benchbox.spectral import Stft; s = Stft();"
        "s.synthesize(s.analyze(np.ones(999)), 999); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
