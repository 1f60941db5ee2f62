"""Audio files a block at a time: headers, overlapping blocks, and writing in the encoding of another file."""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchbox.audio import check_whole, openable, opened
from benchbox.errors import BadAudio
from benchbox.files import atomic

LOWEST_RATE, HIGHEST_RATE = 8000, 48000
MOST_CHANNELS = 32
CONTAINERS = {".flac": ("FLAC",), ".ogg": ("OGG",), ".wav": ("WAV", "WAVEX", "RF64")}
"""Suffix -> libsndfile's formats that go by it, the usual one first."""

Block: TypeAlias = NDArray[np.float32]
"""[time, channel]"""

_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "ULAW": 16, "ALAW": 16}
"""Of the integers that a subtype stores or is made from."""
_UNBOUNDED = ("FLOAT", "DOUBLE", "VORBIS", "OPUS")
"""Subtypes without a full scale. Those that are in neither list, such as ADPCM, would change the length."""


@dataclass(frozen=True)
class Sound:
    """What a file's header says."""

    path: Path
    frames: int
    sample_rate: int
    channels: int
    format: str
    subtype: str

    @property
    def seconds(self) -> float:
        return self.frames / self.sample_rate


def inspect(path: Path) -> Sound:
    """Read a file's header.

    Raises:
        BadAudio: the file is missing, not audio, empty, of a rate outside 8 to 48 kHz, or has too many
            channels.
    """
    with opened(path) as file:
        sound = Sound(path, file.frames, file.samplerate, file.channels, file.format, file.subtype)
    if sound.frames == 0:
        raise BadAudio(f"{path} holds no audio (0 samples): remove it or export it again")
    if not LOWEST_RATE <= sound.sample_rate <= HIGHEST_RATE:
        raise BadAudio(
            f"{path} has a sample rate of {sound.sample_rate} Hz, valid: {LOWEST_RATE} to {HIGHEST_RATE}; "
            "resample it first, for example with `ffmpeg -i IN -ar 48000 OUT`"
        )
    if sound.channels > MOST_CHANNELS:
        raise BadAudio(f"{path} has {sound.channels} channels, valid: 1 to {MOST_CHANNELS}; split it first")
    return sound


def blocks(sound: Sound, longest: int, overlap: int) -> Iterator[Block]:
    """Read blocks of at most `longest` samples that overlap, all equal but the last, a few samples shorter.

    Raises:
        BadAudio: the file is truncated, or holds NaN or infinity.
    """
    count = max(1, math.ceil((sound.frames - overlap) / (longest - overlap)))
    hop = math.ceil((sound.frames - overlap) / count)
    with opened(sound.path) as file:
        block = np.empty((0, sound.channels), np.float32)
        end = 0
        for number in range(1, count + 1):
            start, end = end, min(number * hop + overlap, sound.frames)
            new = file.read(end - start, dtype="float32", always_2d=True)
            if len(new) < end - start or end == sound.frames:
                check_whole(file, start + len(new), str(sound.path))
            finite = np.isfinite(new).all(axis=1)
            if not finite.all():
                first = start + int(np.argmin(finite))
                raise BadAudio(
                    f"{sound.path} holds NaN or infinity (first at sample {first}): export it again"
                )
            block = np.concatenate([block[hop:], new])
            yield block


class Writer:
    """An audio file being written."""

    def __init__(self, file: Any, target: Path) -> None:
        self._file = file
        self._target = target
        self.clipped = 0
        """Samples that exceeded full scale and could not be kept."""

    def write(self, block: Block) -> None:
        """Append samples, rounded to the nearest step without dither, which would put noise back.

        Raises:
            BadAudio: the disk is full ...
        """
        # libsndfile would round down, which shifts everything by half a step.
        rounded, clipped = _rounded(block, self._file.subtype)
        with _naming(self._target):
            self._file.write(rounded)
        self.clipped += clipped


@contextmanager
def writing(target: Path, like: Sound) -> Iterator[Writer]:
    """Give a writer of `target`, which is put in place, or replaced, only when the block succeeds.

    Rate and channels are those of another file; the subtype too, where the format that the suffix of `target`
    names has it.

    Raises:
        BadAudio: the file cannot be written.
    """
    import soundfile

    format, subtype = _encoding(like, target)
    with ExitStack() as stack:
        with _naming(target):
            temporary = stack.enter_context(atomic(target))
            file = soundfile.SoundFile(
                openable(temporary), "w", like.sample_rate, like.channels, subtype, format=format
            )
            stack.enter_context(file)
        yield Writer(file, target)


def _encoding(like: Sound, target: Path) -> tuple[str, str]:
    """Return libsndfile's format and subtype: the other file's where they fit."""
    import soundfile

    containers = CONTAINERS[target.suffix.lower()]
    format = like.format if like.format in containers else containers[0]
    kept = like.subtype in _BITS or like.subtype in _UNBOUNDED
    if kept and soundfile.check_format(format, like.subtype):
        return format, like.subtype
    if format == "OGG":
        return format, "VORBIS"
    return format, "PCM_24" if like.subtype in ("PCM_24", "PCM_32", "FLOAT", "DOUBLE") else "PCM_16"


def _rounded(block: Block, subtype: str) -> tuple[Block, int]:
    """Return samples that `subtype` holds exactly, where it holds integers, and how many were clipped."""
    if subtype in _UNBOUNDED:
        return block, 0
    full_scale = 2 ** (_BITS[subtype] - 1)
    steps = np.rint(block.astype(np.float64) * full_scale)
    held = np.clip(steps, -full_scale, full_scale - 1)
    return (held / full_scale).astype(np.float32), int(np.count_nonzero(held != steps))


@contextmanager
def _naming(target: Path) -> Iterator[None]:
    """Say which file could not be written."""
    import soundfile

    try:
        yield
    # soundfile asserts that everything was written, which is not so where the disk is full.
    except (soundfile.SoundFileError, OSError, AssertionError) as error:
        reason = " ".join(str(error).split()) or "is the disk full?"
        raise BadAudio(f"cannot write {target}: {reason}") from None
