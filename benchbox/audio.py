"""Files to samples and back, and samples from one rate to another."""

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from benchbox.errors import BadAudio, MissingAudio
from benchbox.records import Samples

SUFFIXES = frozenset({".aif", ".aiff", ".flac", ".mp3", ".oga", ".ogg", ".opus", ".wav"})
"""File names that count as audio when a folder is searched."""

LONGEST = 2**30
"""Samples of a clip that is held in memory: six hours at 48 kHz."""
_LOWEST_RATE, _HIGHEST_RATE = 1000, 768_000
_UNKNOWN = 2**62
"""libsndfile gives about the largest number there is where a header does not say how long its audio is."""
_AT_ONCE = 2**24
"""Samples that are read at once: memory follows what a file holds, not what its header claims."""


def read(path: str | Path) -> tuple[Samples, int]:
    """Return (samples, sample rate) of a mono file in any format libsndfile knows.

    Raises:
        BadAudio: the file is missing, empty, truncated, not audio, not mono or not finite.
    """
    with opened(path, LONGEST) as sound:
        return _samples(sound, str(path))


@contextmanager
def opened(path: str | Path, longest: int | None = None) -> Iterator[Any]:
    """Give a file of any number of channels as a `soundfile.SoundFile`, to be read piece by piece.

    Args:
        longest: how many samples it may claim to hold; any number if not given.

    Raises:
        BadAudio: the file is missing, empty or not audio, or its header claims what cannot be; also where
            reading fails within the block.
    """
    path = Path(path)
    if path.is_dir():
        raise BadAudio(f"{path} is a folder: name an audio file in it")
    if not path.is_file():
        raise MissingAudio(f"{path} does not exist: check the path, relative ones start at {Path.cwd()}")
    with path.open("rb") as file, _opened(file, str(path), longest) as sound:
        yield sound


def check_whole(sound: Any, read: int, name: str) -> None:
    """Check that a file which gave `read` samples, and then no more, is all there.

    Raises:
        BadAudio: it is truncated.
    """
    if read < sound.frames or _cut_short(sound.extra_info):
        raise BadAudio(f"{name} is truncated after {read} samples: copy or export it again")


def decode(encoded: bytes, name: str) -> tuple[Samples, int]:
    """Return (samples, sample rate) of an audio file held in memory; `name` is what errors call it.

    Raises:
        BadAudio: as `read`.
    """
    with _opened(io.BytesIO(encoded), name, LONGEST) as sound:
        return _samples(sound, name)


def length(encoded: bytes, name: str) -> tuple[int, int]:
    """Return (samples, sample rate) of an audio file held in memory, from its header alone.

    Raises:
        BadAudio: it is empty or not audio.
    """
    with _opened(io.BytesIO(encoded), name, LONGEST) as sound:
        return sound.frames, sound.samplerate


def write(path: str | Path, samples: Samples, sample_rate: int, subtype: str | None = None) -> None:
    """Write a mono file in the format its suffix names, .wav and .flac as PCM_16 unless told otherwise.

    Integer subtypes clip at full scale; FLOAT, which a .wav can hold, does not.

    Raises:
        BadAudio: the suffix names no format, the format has no such subtype, or the file cannot be written.
    """
    import soundfile

    try:
        soundfile.write(openable(path), samples, sample_rate, subtype=subtype)
    except (soundfile.SoundFileError, TypeError, ValueError, OSError) as error:
        what = f"{path} as {subtype}" if subtype else str(path)
        raise BadAudio(f"cannot write {what}: {_one_line(error)}; try a .wav with PCM_16") from None


def openable(path: str | Path) -> str | bytes:
    """Return a path as soundfile takes it, also where its name is no UTF-8."""
    try:
        return str(path).encode().decode()
    except UnicodeEncodeError:
        return os.fsencode(path)


def resample(samples: Samples, from_rate: int, to_rate: int) -> Samples:
    """Return the same sound at `to_rate`, float32 [round(time * to_rate / from_rate)]; soxr's HQ quality."""
    if from_rate == to_rate:
        return samples
    import soxr

    resampled: Samples = soxr.resample(np.asarray(samples, np.float32), from_rate, to_rate, quality="HQ")
    return resampled


def validate(samples: Samples, name: str) -> Samples:
    """Return `samples` if they can be used. Silence can: what cannot be scored becomes a failed row later.

    Raises:
        BadAudio: not one channel, empty or not finite.
    """
    if samples.ndim != 1:
        raise _not_mono(samples.shape[-1], name)
    if samples.size == 0:
        raise BadAudio(f"{name} holds no audio (0 samples): remove it or export it again")
    if not np.isfinite(samples).all():
        first = int(np.argmin(np.isfinite(samples)))
        raise BadAudio(f"{name} holds NaN or infinity (first at sample {first}): export it again")
    return samples


def _samples(sound: Any, name: str) -> tuple[Samples, int]:
    if sound.channels != 1:
        raise _not_mono(sound.channels, name)
    parts: list[Samples] = [sound.read(min(sound.frames, _AT_ONCE), dtype="float32")]
    while len(parts[-1]) == _AT_ONCE:
        parts.append(sound.read(_AT_ONCE, dtype="float32"))
    samples = parts[0] if len(parts) == 1 else np.concatenate(parts)
    check_whole(sound, len(samples), name)
    return validate(samples, name), sound.samplerate


def _not_mono(channels: int, name: str) -> BadAudio:
    return BadAudio(
        f"{name} has {channels} channels, mono is needed: "
        "mix it down first, for example with `ffmpeg -i IN -ac 1 OUT`"
    )


@contextmanager
def _opened(file: BinaryIO, name: str, longest: int | None) -> Iterator[Any]:
    import soundfile

    try:
        with soundfile.SoundFile(file) as sound:
            _check_header(sound, name, longest)
            yield sound
    except (soundfile.SoundFileError, TypeError) as error:
        if file.seek(0, io.SEEK_END) == 0:
            raise BadAudio(f"{name} is empty (0 bytes): remove it or export it again") from None
        reason = _one_line(error) or type(error).__name__
        raise BadAudio(f"{name} cannot be decoded, it is truncated or not audio: {reason}") from None


def _check_header(sound: Any, name: str, longest: int | None) -> None:
    """Refuse what a header claims and cannot be, before anything is made as large as that."""
    if sound.frames >= _UNKNOWN:
        raise BadAudio(
            f"{name} does not say how many samples it holds: "
            "export it again, for example with `ffmpeg -i IN OUT`"
        )
    if longest is not None and sound.frames > longest:
        raise BadAudio(f"{name} claims {sound.frames} samples, at most {longest} are read: cut it up")
    if not _LOWEST_RATE <= sound.samplerate <= _HIGHEST_RATE:
        raise BadAudio(
            f"{name} claims a sample rate of {sound.samplerate} Hz, "
            f"valid: {_LOWEST_RATE} to {_HIGHEST_RATE}; export it again"
        )


def _cut_short(remarks: str) -> bool:
    """Read libsndfile's log: it opens a WAV, AIFF or Ogg that ends early without raising an error."""
    # The last page of an Ogg is marked; what is cut within a page leaves half of it behind as junk.
    if re.search("without an End-Of-Stream|lacks an end-of-stream|Junk after the last page", remarks):
        return True
    chunk = re.search(r"(?:data|SSND)\s*: (\d+) \(should be (\d+)\)", remarks)
    # Programs that stream into a pipe cannot know the length and write the largest number instead.
    return chunk is not None and int(chunk[2]) < int(chunk[1]) < 0x7FFF0000


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
