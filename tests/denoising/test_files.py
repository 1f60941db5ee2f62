"""Files in, files out: blocks leave no seam, memory stays bounded, one bad file does not stop the others."""

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchbox.denoising import files as denoising
from benchbox.denoising.blocks import inspect
from benchbox.denoising.files import denoise_file, denoise_files, denoiser_for, joined
from benchbox.errors import BadAudio, BadOption
from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox.registry.discovery import discover
from benchbox.registry.specs import parse_spec


class Gain(Denoiser):
    """Do to each sample the same: blocks must then not matter."""

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = np.float32(gain)

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return self.gain * noisy


class CountsCalls(Denoiser):
    """Return 0.1 in the first call, 0.2 in the second ..."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        self.lengths.append(noisy.size)
        return np.full_like(noisy, 0.1 * len(self.lengths))


def recording(
    path: Path, seconds: float, sample_rate: int = 8000, channels: int = 1, subtype: str = "PCM_16"
) -> Path:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.1, (round(seconds * sample_rate), channels)).clip(-1, 0.99)
    soundfile.write(path, noise, sample_rate, subtype=subtype)
    return path


@pytest.mark.parametrize("sample_rate", [8000, 22050, 48000])
@pytest.mark.parametrize(("channels", "subtype"), [(1, "PCM_16"), (2, "PCM_24")])
@pytest.mark.parametrize("seconds", [1 / 8000, 0.5, 33.0, 63.3])
def test_a_denoiser_that_changes_nothing_gives_the_same_file(
    tmp_path: Path, sample_rate: int, channels: int, subtype: str, seconds: float
) -> None:
    source = inspect(recording(tmp_path / "in.wav", seconds, sample_rate, channels, subtype))
    assert denoise_file(Gain(), source, tmp_path / "out.wav") == 0
    assert (tmp_path / "out.wav").read_bytes() == source.path.read_bytes()


def test_a_name_that_is_no_utf_8_is_as_good_as_another(tmp_path: Path) -> None:
    name = tmp_path / os.fsdecode(b"caf\xe9.wav")
    recording(tmp_path / "in.wav", 0.5).rename(name)
    denoise_file(Gain(), inspect(name), tmp_path / os.fsdecode(b"out\xff.wav"))
    assert (tmp_path / os.fsdecode(b"out\xff.wav")).read_bytes() == name.read_bytes()


@pytest.mark.parametrize("seconds", [10.0, 31.0, 70.0, 100.01])
def test_blocks_leave_no_seam(tmp_path: Path, seconds: float) -> None:
    source = inspect(recording(tmp_path / "in.wav", seconds, subtype="FLOAT"))
    denoise_file(Gain(0.3), source, tmp_path / "out.wav")
    noisy, estimate = soundfile.read(source.path)[0], soundfile.read(tmp_path / "out.wav")[0]
    np.testing.assert_allclose(estimate, 0.3 * noisy, atol=1e-7)


def test_blocks_of_30_s_fade_over_the_middle_second_of_three(tmp_path: Path) -> None:
    source = inspect(recording(tmp_path / "in.wav", 57, subtype="FLOAT"))
    denoiser = CountsCalls()
    denoise_file(denoiser, source, tmp_path / "out.wav")
    assert denoiser.lengths == [30 * 8000, 30 * 8000]
    estimate = soundfile.read(tmp_path / "out.wav")[0]
    np.testing.assert_allclose(estimate[: 28 * 8000], 0.1, atol=1e-6)
    np.testing.assert_allclose(estimate[28 * 8000 : 29 * 8000], np.linspace(0.1, 0.2, 8000), atol=1e-4)
    np.testing.assert_allclose(estimate[29 * 8000 :], 0.2, atol=1e-6)


def test_equal_blocks_join_exactly() -> None:
    whole = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
    pieces = joined([whole[:40].copy(), whole[31:71].copy(), whole[62:].copy()], overlap=9)
    np.testing.assert_array_equal(np.concatenate(list(pieces)), whole)


def test_a_real_denoiser_gives_in_blocks_what_it_gives_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = inspect(recording(tmp_path / "in.wav", 40, subtype="FLOAT"))
    denoise_file(denoiser_for(parse_spec("log_mmse"), discover()), source, tmp_path / "blocks.wav")
    monkeypatch.setattr(denoising, "BLOCK_SECONDS", 100)
    denoise_file(denoiser_for(parse_spec("log_mmse"), discover()), source, tmp_path / "whole.wav")
    blocks, whole = (soundfile.read(tmp_path / name)[0] for name in ("blocks.wav", "whole.wav"))
    # White noise alone: what is left of it is as loud everywhere, the second of the fade included.
    levels = [np.sqrt(np.mean(np.square(part))) for part in np.array_split(blocks, 40)]
    assert max(levels) < 1.15 * np.median(levels)
    assert np.sqrt(np.mean(np.square(blocks))) == pytest.approx(np.sqrt(np.mean(np.square(whole))), rel=0.03)


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    def peak(seconds: float) -> int:
        source = inspect(recording(tmp_path / "in.wav", seconds))
        tracemalloc.start()
        denoise_file(Gain(), source, tmp_path / "out.wav")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    # Both are cut into blocks of exactly 30 s: 3 s and a multiple of 27.
    assert peak(3 + 20 * 27) == pytest.approx(peak(3 + 3 * 27), rel=0.05)


def test_progress_reaches_the_end_in_steps(tmp_path: Path) -> None:
    source = inspect(recording(tmp_path / "in.wav", 90))
    told: list[float] = []
    denoise_file(Gain(), source, tmp_path / "out.wav", told.append)
    assert told == sorted(told)
    assert len(told) > 3
    assert told[-1] == pytest.approx(90)


def test_a_file_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    class Picky(Gain):
        def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
            if sample_rate == 16000:
                raise ZeroDivisionError("at 16 kHz")
            return noisy

    recording(tmp_path / "a.wav", 1)
    recording(tmp_path / "b.wav", 1, 16000)
    (tmp_path / "c.wav").write_text("no audio")
    recording(tmp_path / "d.wav", 1)
    pairs = [(tmp_path / f"{name}.wav", tmp_path / "out" / f"{name}.wav") for name in "abcd"]
    reports: list[tuple[str, int, int, str]] = []
    batch = denoise_files(Picky(), pairs, lambda *report: reports.append(report))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a.wav", "d.wav"}
    assert batch.seconds == 2
    first, second = sorted(batch.failures)
    assert first == f"{tmp_path / 'b.wav'}: ZeroDivisionError: at 16 kHz"
    assert second.startswith(f"{tmp_path / 'c.wav'} cannot be decoded")
    assert reports[-1] == ("seconds denoised", 3, 3, "d.wav")


def test_a_single_file_that_fails_says_so(tmp_path: Path) -> None:
    (tmp_path / "c.wav").write_text("no audio")
    with pytest.raises(BadAudio, match="cannot be decoded"):
        denoise_files(Gain(), [(tmp_path / "c.wav", tmp_path / "out.wav")])


def test_clipped_samples_are_counted_by_output(tmp_path: Path) -> None:
    pairs = [(recording(tmp_path / "a.wav", 1), tmp_path / "b.wav")]
    assert denoise_files(Gain(), pairs).clipped == {}
    [clipped] = denoise_files(Gain(5), pairs).clipped.items()
    loud = 5 * soundfile.read(tmp_path / "a.wav")[0]
    assert clipped == (tmp_path / "b.wav", int(np.count_nonzero((loud < -1) | (loud > 32767 / 32768))))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("oracle_mask", "must see the clean speech"),
        ("unet(steps=10)", r"has learnt nothing yet: `benchbox train 'unet\(steps=10\)'"),
    ],
)
def test_a_denoiser_that_cannot_be_used_as_it_is_is_refused(spec: str, message: str) -> None:
    with pytest.raises(BadOption, match=message):
        denoiser_for(parse_spec(spec), discover())


def test_torch_is_kept_to_one_thread(tmp_path: Path) -> None:
    import torch

    class Learnt(Gain):
        def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
            assert torch.get_num_threads() == 1
            return noisy

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        source = inspect(recording(tmp_path / "in.wav", 1))
        denoise_file(Learnt(), source, tmp_path / "out.wav")
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
