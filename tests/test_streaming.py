"""A stream through a spectrogram gives what one pass gives, however the samples are cut."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchbox.spectral import Stft
from benchbox.streaming import FrameStream, StftStream


@st.composite
def stfts(draw: st.DrawFn) -> Stft:
    length = draw(st.integers(2, 64))
    window = draw(st.sampled_from(["hann", "hamming", "boxcar", "cosine"]))
    return Stft(length, draw(st.integers(1, length // 2)), window)


@given(stfts(), st.integers(0, 300), st.lists(st.integers(0, 300), max_size=8))
def test_any_cut_gives_the_samples_of_one_pass(stft: Stft, time: int, cuts: list[int]) -> None:
    samples = np.random.default_rng(time).standard_normal(time).astype(np.float32)
    gains = np.linspace(0.2, 1.5, stft.bins, dtype=np.float32)

    stream = StftStream(stft, lambda frame: frame * gains)
    pieces = [stream.push(piece) for piece in np.split(samples, sorted(min(cut, time) for cut in cuts))]
    got = np.concatenate([*pieces, stream.flush()])

    assert got.dtype == np.float32
    wanted = stft.synthesize(stft.analyze(samples) * gains[:, None], time) if time else samples
    np.testing.assert_allclose(got, wanted, atol=2e-5)


def test_frames_come_in_order_and_as_many_as_the_stft_has() -> None:
    stft = Stft(16, 4)
    samples = np.random.default_rng(0).standard_normal(50).astype(np.float32)
    seen: list[NDArray[np.complex64]] = []

    def keep(frame: NDArray[np.complex64]) -> NDArray[np.complex64]:
        seen.append(frame)
        return frame

    stream = StftStream(stft, keep)
    for sample in samples:
        stream.push(sample[None])
    stream.flush()

    np.testing.assert_allclose(np.stack(seen, axis=1), stft.analyze(samples), atol=1e-6)


def test_samples_come_out_a_window_and_less_than_a_hop_after_they_went_in() -> None:
    stft = Stft(16, 4)
    stream = StftStream(stft, lambda frame: frame)
    given = 0
    for pushed in range(1, 200):
        given += stream.push(np.ones(1, np.float32)).size
        assert pushed - given <= stft.length + stft.hop


def test_a_stream_keeps_no_more_the_longer_it_runs() -> None:
    stream = StftStream(Stft(16, 4), lambda frame: frame)
    sizes = []
    for _ in range(50):
        stream.push(np.ones(100, np.float32))
        sizes.append(sum(value.nbytes for value in vars(stream).values() if isinstance(value, np.ndarray)))
    assert max(sizes) <= sizes[0] + 16 * 4


@given(st.integers(1, 20), st.integers(0, 50), st.integers(0, 200), st.lists(st.integers(0, 200), max_size=6))
def test_frames_that_come_late_are_put_in_their_place(
    frame: int, late: int, time: int, cuts: list[int]
) -> None:
    samples = np.random.default_rng(time).standard_normal(time).astype(np.float32)
    memory = np.zeros(late, np.float32)

    def change(block: NDArray[np.float32]) -> NDArray[np.float32]:
        nonlocal memory
        answer, memory = np.split(np.concatenate([memory, 2 * block]), [frame])
        return answer

    stream = FrameStream(frame, late, change)
    pieces = [stream.push(piece) for piece in np.split(samples, sorted(min(cut, time) for cut in cuts))]
    np.testing.assert_array_equal(np.concatenate([*pieces, stream.flush()]), 2 * samples)
