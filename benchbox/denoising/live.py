"""Audio that is not over yet: read as it comes, denoised block by block, written at once."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from benchbox.errors import BadAudio, BadOption
from benchbox.interfaces import Denoiser
from benchbox.records import Samples

BLOCK_SECONDS = 0.01
"""How much is read at once: what is waited for beside the denoiser's own delay."""
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_ENDLESS = 0xFFFFFFFF
"""The size of a WAV file whose end is not known yet."""
_UNKNOWN = 0x7FFFF000
"""Programs that write into a pipe give this size or more, or 0: 0xFFFFFFFF, 0x80000000, sox this one."""


def live(denoiser: Denoiser, source: BinaryIO, raw_rate: int | None = None) -> Iterator[bytes]:
    """Denoise mono audio from `source` until it ends; yield what is to be written, as soon as there is any.

    The first item, a header or nothing, comes before any sample is read: what is wrong with the input or the
    denoiser shows by then.

    Args:
        raw_rate: the sample rate of samples without a header, 16-bit integers, least byte first; what is
            yielded then has none either. None: `source` is a WAV file of 16-bit integers or 32-bit floats,
            and so is what is yielded.

    Raises:
        BadAudio: the source is none of these, or breaks off within a sample.
        BadOption: the denoiser needs the whole utterance, or does not take this rate.
    """
    rate, sample, size = (raw_rate, np.dtype("<i2"), None) if raw_rate is not None else _read_header(source)
    stream = denoiser.stream(rate) if rate in denoiser.sample_rates or not denoiser.sample_rates else None
    if stream is None:
        rates = ", ".join(str(accepted) for accepted in denoiser.sample_rates) or "any"
        raise BadOption(
            f"no live audio at {rate} Hz with this denoiser (its rates: {rates}): resample it on the way, "
            "or choose one that streams, such as vqunet(preset=streaming) at 16000 Hz or rnnoise at 48000 Hz"
        )
    yield b"" if raw_rate is not None else _header(rate, sample)
    for block in _blocks(source, sample, round(BLOCK_SECONDS * rate), size):
        yield _bytes(stream.push(block), sample)
    yield _bytes(stream.flush(), sample)


def _blocks(
    source: BinaryIO, sample: np.dtype[np.generic], length: int, size: int | None
) -> Iterator[Samples]:
    """Give blocks of samples, of the next `size` bytes or until the source ends."""
    most = length * sample.itemsize
    # What follows the samples of a WAV file, such as its title, is no sound.
    while data := source.read(most if size is None else min(most, size)):
        size = None if size is None else size - len(data)
        if len(data) % sample.itemsize:
            raise BadAudio(f"the input breaks off within a sample of {sample.itemsize} bytes")
        values = np.frombuffer(data, sample)
        if not np.isfinite(values).all():
            raise BadAudio("the input holds NaN or infinity")
        scale = 32768 if sample.kind == "i" else 1
        yield (values / scale).astype(np.float32)


def _bytes(samples: Samples, sample: np.dtype[np.generic]) -> bytes:
    if sample.kind == "i":
        samples = np.clip(np.rint(samples * 32768), -32768, 32767)
    return samples.astype(sample).tobytes()


def _read_header(source: BinaryIO) -> tuple[int, np.dtype[np.generic], int | None]:
    """Read a WAV file up to its samples; return their rate, type and bytes, None where nobody knows yet."""
    start = source.read(12)
    if start[:4] != b"RIFF" or start[8:] != b"WAVE":
        raise BadAudio(
            "the input is no WAV file; for 16-bit samples without a header say their rate: --raw-rate 16000"
        )
    found: tuple[int, np.dtype[np.generic]] | None = None
    while len(chunk := source.read(8)) == 8:
        name, size = chunk[:4], int.from_bytes(chunk[4:], "little")
        if name == b"data":
            if found is None:
                raise BadAudio("the input has samples before it says what they are (no 'fmt ' in its header)")
            return (*found, size if 0 < size < _UNKNOWN else None)
        if size > 2**20:
            raise BadAudio(f"the input's header has a part of {size} bytes: no WAV file is like that")
        body = source.read(size + size % 2)
        if name == b"fmt " and len(body) >= 16:
            found = _format(body)
    raise BadAudio("the input ends before its first sample")


def _format(body: bytes) -> tuple[int, np.dtype[np.generic]]:
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
    if kind == _EXTENSIBLE and len(body) >= 26:
        kind = int.from_bytes(body[24:26], "little")
    types: dict[tuple[int, int], np.dtype[np.generic]] = {
        (_PCM, 16): np.dtype("<i2"),
        (_FLOAT, 32): np.dtype("<f4"),
    }
    if channels != 1 or (kind, bits) not in types:
        raise BadAudio(
            f"the input has {channels} channels of {bits} bits (format {kind}); live audio is mono, of "
            "16-bit integers or 32-bit floats"
        )
    return rate, types[kind, bits]


def _header(rate: int, sample: np.dtype[np.generic]) -> bytes:
    width = sample.itemsize
    kind = _PCM if sample.kind == "i" else _FLOAT
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, kind, 1, rate, rate * width, width, 8 * width)
    return struct.pack("<4sI4s", b"RIFF", _ENDLESS, b"WAVE") + form + struct.pack("<4sI", b"data", _ENDLESS)
