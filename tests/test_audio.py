"""Audio that can be used comes back as it is; audio that cannot is named in one line."""

import io
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchbox import audio
from benchbox.errors import BadAudio


@pytest.fixture
def tone() -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)).astype(np.float32)


def encoded(samples: np.ndarray, format: str, **options: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, 8000, format=format, **options)
    return file.getvalue()


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_a_written_file_reads_back_within_one_16_bit_step(
    tmp_path: Path, tone: np.ndarray, suffix: str
) -> None:
    audio.write(tmp_path / f"tone{suffix}", tone, 8000)
    samples, sample_rate = audio.read(tmp_path / f"tone{suffix}")
    assert sample_rate == 8000
    assert samples.dtype == np.float32
    np.testing.assert_allclose(samples, tone, atol=1 / 32768)


def test_float_subtype_keeps_samples_beyond_full_scale(tmp_path: Path, tone: np.ndarray) -> None:
    audio.write(tmp_path / "loud.wav", 4 * tone, 8000, subtype="FLOAT")
    np.testing.assert_array_equal(audio.read(tmp_path / "loud.wav")[0], 4 * tone)


def test_decoding_bytes_equals_reading_the_file(tmp_path: Path, tone: np.ndarray) -> None:
    audio.write(tmp_path / "tone.flac", tone, 8000)
    decoded, sample_rate = audio.decode((tmp_path / "tone.flac").read_bytes(), "row 1")
    np.testing.assert_array_equal(decoded, audio.read(tmp_path / "tone.flac")[0])
    assert sample_rate == 8000


def test_length_is_read_from_the_header(tone: np.ndarray) -> None:
    assert audio.length(encoded(tone, "FLAC"), "clip") == (8000, 8000)
    with pytest.raises(BadAudio, match="clip is empty"):
        audio.length(b"", "clip")


@pytest.mark.parametrize(("from_rate", "to_rate"), [(8000, 16000), (22050, 8000), (48000, 8000)])
def test_resampling_keeps_a_tone_and_the_duration(from_rate: int, to_rate: int) -> None:
    def tone_at(rate: int) -> np.ndarray:
        return np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype(np.float32)

    resampled = audio.resample(tone_at(from_rate), from_rate, to_rate)
    assert resampled.dtype == np.float32
    assert len(resampled) == to_rate
    inner = slice(to_rate // 10, -to_rate // 10)  # the filter rings where the tone starts and stops
    np.testing.assert_allclose(resampled[inner], tone_at(to_rate)[inner], atol=1e-4)


def test_resampling_to_the_same_rate_changes_nothing(tone: np.ndarray) -> None:
    np.testing.assert_array_equal(audio.resample(tone, 8000, 8000), tone)


def test_silence_is_readable(tmp_path: Path) -> None:
    audio.write(tmp_path / "silence.wav", np.zeros(800, np.float32), 8000)
    assert not audio.read(tmp_path / "silence.wav")[0].any()


def test_a_wav_streamed_with_an_unknown_length_is_readable(tone: np.ndarray) -> None:
    streamed = bytearray(encoded(tone, "WAV", subtype="PCM_16"))
    streamed[4:8] = streamed[40:44] = b"\xff\xff\xff\xff"
    assert len(audio.decode(bytes(streamed), "pipe.wav")[0]) == len(tone)


@pytest.mark.parametrize("format", ["WAV", "FLAC", "OGG", "AIFF", "MP3"])
@pytest.mark.parametrize("part", [0.99, 0.5])
def test_a_truncated_file_is_an_error(tone: np.ndarray, format: str, part: float) -> None:
    whole = encoded(tone, format)
    audio.decode(whole, "whole")
    with pytest.raises(BadAudio, match=r"clip\.x .*truncated"):
        audio.decode(whole[: int(part * len(whole))], "clip.x")


def test_what_cannot_be_read_is_named_in_one_line(tmp_path: Path, tone: np.ndarray) -> None:
    soundfile.write(tmp_path / "stereo.wav", np.stack([tone, tone], axis=1), 8000)
    soundfile.write(tmp_path / "nan.wav", np.array([0.0, np.nan], np.float32), 8000, subtype="FLOAT")
    soundfile.write(tmp_path / "none.wav", np.zeros(0, np.float32), 8000)
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("not audio at all")
    expected = {
        "stereo.wav": "2 channels",
        "nan.wav": "first at sample 1",
        "none.wav": "0 samples",
        "empty.wav": "0 bytes",
        "text.wav": "not audio",
        "missing.wav": "does not exist",
        ".": "folder",
    }
    for name, reason in expected.items():
        with pytest.raises(BadAudio, match=reason) as caught:
            audio.read(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["clip.xyz", "missing/clip.wav", "clip.flac"])
def test_what_cannot_be_written_is_named_in_one_line(tmp_path: Path, tone: np.ndarray, name: str) -> None:
    with pytest.raises(BadAudio, match="cannot write") as caught:
        audio.write(tmp_path / name, tone, 8000, subtype="FLOAT")
    assert str(tmp_path / name) in str(caught.value)


def claiming(tone: np.ndarray, samples: int) -> bytes:
    """Return a FLAC file whose header claims to hold so many samples."""
    file = io.BytesIO()
    soundfile.write(file, tone, 8000, format="FLAC")
    content = bytearray(file.getvalue())
    # 36 bits of STREAMINFO, behind the rate (20), the channels (3) and the bits of a sample (5).
    facts = int.from_bytes(content[18:26], "big")
    content[18:26] = (facts >> 36 << 36 | samples).to_bytes(8, "big")
    return bytes(content)


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        (2**36 - 1, "bad.flac claims 68719476735 samples, at most 1073741824 are read: cut it up"),
        (0, "bad.flac does not say how many samples it holds: export it again"),
        (2**30, "bad.flac"),
        (2**29, "bad.flac"),
    ],
)
def test_what_a_header_claims_takes_no_memory(
    tone: np.ndarray, samples: int, says: str, tmp_path: Path
) -> None:
    content = claiming(tone, samples)
    (tmp_path / "bad.flac").write_bytes(content)
    tracemalloc.start()
    for read_it in (lambda: audio.read(tmp_path / "bad.flac"), lambda: audio.decode(content, "bad.flac")):
        with pytest.raises(BadAudio, match=re.escape(says)):
            read_it()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 80e6


@pytest.mark.parametrize("rate", [1, 999, 2**31 - 1])
def test_a_rate_that_cannot_be_is_refused(tone: np.ndarray, rate: int) -> None:
    file = io.BytesIO()
    soundfile.write(file, tone, 8000, format="WAV")
    content = bytearray(file.getvalue())
    content[24:28] = rate.to_bytes(4, "little")
    with pytest.raises(BadAudio, match=f"^it claims a sample rate of {rate} Hz, valid: 1000 to 768000"):
        audio.decode(bytes(content), "it")


@pytest.mark.parametrize("length", [2**24, 2**24 + 5])
def test_long_audio_is_read_whole(tmp_path: Path, length: int) -> None:
    samples = (np.arange(length, dtype=np.int32) % 32768).astype(np.int16)
    soundfile.write(tmp_path / "long.wav", samples, 48000)
    assert np.array_equal(audio.read(tmp_path / "long.wav")[0] * 32768, samples)
