"""Live audio: what comes out is what denoising it at once gives, and it comes while more goes in."""

import io
import struct
import wave

import numpy as np
import pytest
import soundfile

from benchbox.denoising.live import BLOCK_SECONDS, live
from benchbox.errors import BadAudio, BadOption
from benchbox.interfaces import Denoiser, Stream
from benchbox.records import Samples
from benchbox.spectral import Stft
from benchbox.streaming import StftStream
from benchbox.synthetic import speech_like

RATE = 16000


class Halving(Denoiser):
    """Half of everything, through a spectrogram."""

    sample_rates = (RATE,)

    def stream(self, sample_rate: int) -> Stream:
        return StftStream(Stft(256, 128), lambda frame: frame / 2)

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        stream = self.stream(sample_rate)
        return np.concatenate([stream.push(noisy), stream.flush()])


@pytest.fixture
def speech() -> Samples:
    return speech_like(8003, np.random.default_rng(0), RATE)


def denoised(data: bytes, raw_rate: int | None = None) -> bytes:
    return b"".join(live(Halving(), io.BytesIO(data), raw_rate))


@pytest.mark.parametrize(("subtype", "step"), [("PCM_16", 2**-16), ("FLOAT", 1e-6)])
def test_a_wav_file_in_and_a_wav_file_out(speech: Samples, subtype: str, step: float) -> None:
    source = io.BytesIO()
    soundfile.write(source, speech, RATE, format="WAV", subtype=subtype)

    got, rate = soundfile.read(io.BytesIO(denoised(source.getvalue())), dtype="float32")

    assert rate == RATE
    np.testing.assert_allclose(got, speech / 2, atol=2 * step)


def test_raw_samples_in_and_raw_samples_out(speech: Samples) -> None:
    integers = np.rint(speech * 32767).astype("<i2")
    got = np.frombuffer(denoised(integers.tobytes(), raw_rate=RATE), "<i2")
    assert np.abs(got - integers / 2).max() <= 1


def test_what_is_over_full_scale_is_clipped_and_does_not_wrap() -> None:
    class Tenfold(Halving):
        def stream(self, sample_rate: int) -> Stream:
            return StftStream(Stft(256, 128), lambda frame: frame * 10)

    loud = io.BytesIO(np.full(1000, 20_000, "<i2").tobytes())
    got = b"".join(live(Tenfold(), loud, RATE))
    assert (np.frombuffer(got, "<i2")[300:700] == 32767).all()


def test_samples_come_out_while_others_still_go_in(speech: Samples) -> None:
    source = io.BytesIO(np.rint(speech * 32767).astype("<i2").tobytes())
    given = 0
    for piece in live(Halving(), source, RATE):
        given += len(piece)
        # A window, and at most a hop and a block that wait for their end.
        assert source.tell() - given <= 2 * (256 + 128 + round(BLOCK_SECONDS * RATE))
    assert given == 2 * speech.size


def test_a_header_with_other_parts_in_it_is_read(speech: Samples) -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, RATE, 0, "NONE", ""))
        writer.writeframes(np.rint(speech * 32767).astype("<i2").tobytes())
    data = file.getvalue()
    noted = data[:12] + struct.pack("<4sI", b"LIST", 3) + b"abc\0" + data[12:]
    assert denoised(noted) == denoised(data)


def test_what_follows_the_samples_is_no_sound(speech: Samples) -> None:
    data = io.BytesIO()
    soundfile.write(data, speech, RATE, format="WAV", subtype="PCM_16")
    title = struct.pack("<4sI", b"LIST", 5003) + bytes(range(1, 256)) * 20
    assert denoised(data.getvalue() + title) == denoised(data.getvalue())


@pytest.mark.parametrize("size", [0, 0x7FFFF000, 0x7FFFF024, 0x80000000, 0xFFFFFFFF])
def test_a_size_that_nobody_knew_yet_is_none(size: int) -> None:
    data = wav()
    sized = data[:40] + struct.pack("<I", size) + data[44:]
    assert len(denoised(sized)) == len(denoised(data)) == len(data)


def wav(kind: int = 1, channels: int = 1, bits: int = 16, rate: int = RATE) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, kind, channels, rate, 0, 0, bits)
    return b"RIFF\xff\xff\xff\xffWAVE" + form + b"data\xff\xff\xff\xff" + bytes(100)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no WAV file"),
        (b"ID3 and so on", "no WAV file"),
        (b"RIFF\0\0\0\0WAVE", "ends before its first sample"),
        (b"RIFF\0\0\0\0WAVEdata\0\0\0\0", "before it says what they are"),
        (b"RIFF\0\0\0\0WAVEjunk\xff\xff\xff\x7f", "no WAV file is like that"),
        (wav(channels=2), "2 channels"),
        (wav(bits=24), "24 bits"),
        (wav()[:-1], "within a sample"),
        (wav(kind=3, bits=32)[:-100] + struct.pack("<f", float("nan")), "NaN"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(data: bytes, says: str) -> None:
    with pytest.raises(BadAudio, match=says) as error:
        denoised(data)
    assert "\n" not in str(error.value)


def test_a_denoiser_that_needs_the_whole_utterance_or_another_rate_is_refused() -> None:
    class Whole(Denoiser):
        def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
            return noisy

    for denoiser, rate in ((Whole(), RATE), (Halving(), 8000)):
        with pytest.raises(BadOption, match=f"no live audio at {rate} Hz"):
            next(live(denoiser, io.BytesIO(bytes(10)), rate))
