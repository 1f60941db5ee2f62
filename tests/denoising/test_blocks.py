"""Reading in blocks and writing like another file: nothing lost, nothing half written."""

import resource
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchbox.denoising.blocks import Sound, blocks, inspect, writing
from benchbox.errors import BadAudio


def steps(length: int, channels: int = 1, bits: int = 16) -> np.ndarray:
    """Return samples that integers of so many bits hold exactly, the extremes among them."""
    full_scale = 2 ** (bits - 1)
    rng = np.random.default_rng(0)
    samples = rng.integers(-full_scale, full_scale, (length, channels)) / full_scale
    samples[: min(2, length)] = np.array([-1, 1 - 1 / full_scale])[: min(2, length), None]
    return samples


def store(path: Path, samples: np.ndarray, sample_rate: int = 8000, **encoding: str) -> Sound:
    soundfile.write(path, samples, sample_rate, **encoding)
    return inspect(path)


def copy(sound: Sound, target: Path) -> int:
    with writing(target, like=sound) as writer:
        for block in blocks(sound, longest=3000, overlap=0):
            writer.write(block)
    return writer.clipped


@pytest.mark.parametrize("length", [1, 99, 100, 101, 1000, 1001, 2799, 2801, 12345])
def test_blocks_cover_every_sample_and_overlap_as_asked(tmp_path: Path, length: int) -> None:
    sound = store(tmp_path / "in.wav", steps(length, channels=2))
    whole = soundfile.read(sound.path, dtype="float32", always_2d=True)[0]
    read = list(blocks(sound, longest=1000, overlap=100))
    np.testing.assert_array_equal(np.concatenate([read[0], *(block[100:] for block in read[1:])]), whole)
    for one, next_one in pairwise(read):
        np.testing.assert_array_equal(one[-100:], next_one[:100])
    lengths = [len(block) for block in read]
    assert max(lengths) <= 1000
    assert max(lengths) - min(lengths) < len(lengths)


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [
        *((".wav", subtype) for subtype in ("PCM_U8", "PCM_16", "PCM_24", "FLOAT", "DOUBLE", "ULAW", "ALAW")),
        *((".flac", subtype) for subtype in ("PCM_S8", "PCM_16", "PCM_24")),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_an_untouched_copy_is_the_same_to_the_last_bit(
    tmp_path: Path, suffix: str, subtype: str, channels: int
) -> None:
    bits = {"PCM_S8": 8, "PCM_U8": 8, "PCM_24": 24}.get(subtype, 16)
    sound = store(tmp_path / f"in{suffix}", steps(7001, channels, bits), 11025, subtype=subtype)
    copied = tmp_path / f"out{suffix}"
    assert copy(sound, copied) == 0
    np.testing.assert_array_equal(soundfile.read(copied)[0], soundfile.read(sound.path)[0])
    assert inspect(copied) == Sound(copied, 7001, 11025, channels, sound.format, subtype)


@pytest.mark.parametrize(("subtype", "sample_rate"), [("VORBIS", 44100), ("VORBIS", 8000), ("OPUS", 48000)])
def test_ogg_keeps_its_codec_rate_and_length(tmp_path: Path, subtype: str, sample_rate: int) -> None:
    hum = 0.3 * np.sin(2 * np.pi * 200 * np.arange(40_001) / sample_rate)
    sound = store(tmp_path / "in.ogg", hum, sample_rate, subtype=subtype)
    copy(sound, tmp_path / "out.ogg")
    assert inspect(tmp_path / "out.ogg") == Sound(
        tmp_path / "out.ogg", 40_001, sample_rate, 1, "OGG", subtype
    )
    again = soundfile.read(tmp_path / "out.ogg")[0]
    assert np.sqrt(np.mean(np.square(again - hum))) < 0.02


@pytest.mark.parametrize(
    ("before", "subtype", "after", "becomes"),
    [
        (".wav", "FLOAT", ".flac", "PCM_24"),
        (".wav", "PCM_16", ".flac", "PCM_16"),
        (".wav", "ULAW", ".flac", "PCM_16"),
        (".wav", "IMA_ADPCM", ".wav", "PCM_16"),
        (".flac", "PCM_24", ".wav", "PCM_24"),
        (".ogg", "VORBIS", ".wav", "PCM_16"),
        (".wav", "PCM_24", ".ogg", "VORBIS"),
    ],
)
def test_where_the_encoding_cannot_stay_the_nearest_is_taken(
    tmp_path: Path, before: str, subtype: str, after: str, becomes: str
) -> None:
    sound = store(tmp_path / f"in{before}", steps(5000) / 4, subtype=subtype)
    copy(sound, tmp_path / f"out{after}")
    assert inspect(tmp_path / f"out{after}").subtype == becomes
    assert inspect(tmp_path / f"out{after}").frames == sound.frames


def test_samples_are_rounded_to_the_nearest_step(tmp_path: Path) -> None:
    sound = store(tmp_path / "in.wav", steps(8))
    with writing(tmp_path / "out.wav", like=sound) as writer:
        writer.write(np.array([[0.4], [0.6], [-0.4], [-0.6]], np.float32) / np.float32(32768))
    assert soundfile.read(tmp_path / "out.wav", dtype="int16")[0].tolist() == [0, 1, 0, -1]


@pytest.mark.parametrize(("subtype", "clipped"), [("PCM_16", 3), ("PCM_24", 3), ("FLOAT", 0)])
def test_what_exceeds_full_scale_is_clipped_and_counted(tmp_path: Path, subtype: str, clipped: int) -> None:
    sound = store(tmp_path / "in.wav", steps(8), subtype=subtype)
    loud = np.array([[0.5], [1.5], [-1.0], [-3.0], [1.0]], np.float32)
    with writing(tmp_path / "out.wav", like=sound) as writer:
        writer.write(loud)
    assert writer.clipped == clipped
    written = soundfile.read(tmp_path / "out.wav", always_2d=True)[0]
    np.testing.assert_allclose(written, loud if not clipped else loud.clip(-1, 1), atol=1 / 32768)


def test_a_failure_on_the_way_leaves_what_was_there(tmp_path: Path) -> None:
    sound = store(tmp_path / "in.wav", steps(8000))
    (tmp_path / "out.wav").write_text("before")

    def fail_halfway() -> None:
        with writing(tmp_path / "out.wav", like=sound) as writer:
            writer.write(np.zeros((100, 1), np.float32))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert (tmp_path / "out.wav").read_text() == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"in.wav", "out.wav"}


def test_a_full_disk_is_said_in_one_line(tmp_path: Path) -> None:
    sound = store(tmp_path / "in.wav", steps(8000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(BadAudio, match=r"cannot write .*out\.wav"):
            copy(sound, tmp_path / "out.wav")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (tmp_path / "out.wav").exists()


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    sound = store(tmp_path / "in.wav", steps(8000))
    with pytest.raises(BadAudio, match="cannot write"):
        copy(sound, sound.path / "below" / "out.wav")


def test_rates_outside_8_to_48_khz_and_empty_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadAudio, match="sample rate of 96000 Hz, valid: 8000 to 48000"):
        store(tmp_path / "high.wav", steps(100), 96000)
    with pytest.raises(BadAudio, match="sample rate of 4000 Hz"):
        store(tmp_path / "low.wav", steps(100), 4000)
    with pytest.raises(BadAudio, match="holds no audio"):
        store(tmp_path / "empty.wav", np.zeros(0))
    (tmp_path / "nothing.wav").touch()
    with pytest.raises(BadAudio, match="is empty"):
        inspect(tmp_path / "nothing.wav")
    with pytest.raises(BadAudio, match="does not exist"):
        inspect(tmp_path / "missing.wav")


def test_nan_is_found_wherever_it_is(tmp_path: Path) -> None:
    samples = np.zeros((5000, 2))
    samples[4321, 1] = np.nan
    sound = store(tmp_path / "in.wav", samples, subtype="FLOAT")
    with pytest.raises(BadAudio, match="first at sample 4321"):
        list(blocks(sound, longest=1000, overlap=100))


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_file_is_refused(tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"in{suffix}"
    store(path, 0.1 * steps(40_000))
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(BadAudio, match="truncated"):
        list(blocks(inspect(path), longest=8000, overlap=1000))
