"""Audio files as people have them: what of a folder can be read, and which channel of a file is taken."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from pydantic import Field

from benchbox import audio
from benchbox.errors import BadAudio, BadCorpus
from benchbox.records import Samples

SUFFIXES = audio.SUFFIXES | {".au", ".caf", ".rf64", ".snd", ".w64"}
"""File names that count as audio which libsndfile reads."""

UNREADABLE = frozenset(
    {
        ".3gp",
        ".aac",
        ".amr",
        ".ape",
        ".m4a",
        ".m4b",
        ".mka",
        ".mp4",
        ".mpc",
        ".sph",
        ".spx",
        ".webm",
        ".wma",
        ".wv",
    }
)
"""File names that count as audio which it does not read."""

Channel: TypeAlias = Annotated[
    int | Literal["mix"] | None,
    Field(description="which channel to take of files that have several, from 1; 'mix' averages them"),
]
"""None: files must be mono."""

_AT_ONCE = 2**22


def name_of(path: str) -> str:
    """Return a path as text that can be written anywhere: bytes that are no UTF-8 as \\xe9."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def files_below(folder: Path) -> Iterator[Path]:
    """Give the audio files of a folder and its sub-folders in a fixed order, hidden ones left out.

    Raises:
        BadCorpus: some are of a format that cannot be read: none is passed over in silence.
    """
    files = [
        file
        for file in sorted(folder.rglob("*"))
        if not any(part.startswith(".") for part in file.relative_to(folder).parts)
    ]
    unreadable = [file for file in files if file.suffix.lower() in UNREADABLE and file.is_file()]
    if unreadable:
        counts = Counter(file.suffix.lower() for file in unreadable)
        told = ", ".join(f"{count} {suffix}" for suffix, count in counts.items())
        raise BadCorpus(
            f"{folder} holds audio that libsndfile cannot read ({told}, such as {unreadable[0].name}): "
            "convert it, for example with `ffmpeg -i IN OUT.flac`, or take it out"
        )
    return (file for file in files if file.suffix.lower() in SUFFIXES)


def read(path: Path, channel: int | Literal["mix"] | None = None) -> tuple[Samples, int]:
    """Return (samples, sample rate) of an audio file, of one of its channels or of their mean.

    Raises:
        BadAudio: as `audio.read`, or the file has no such channel.
    """
    with audio.opened(path, audio.LONGEST) as sound:
        if sound.channels == 1:
            pass
        elif channel is None:
            raise BadAudio(
                f"{path} has {sound.channels} channels and one is needed: channel=1 takes the first, "
                'channel="mix" their mean'
            )
        elif channel != "mix" and not 1 <= channel <= sound.channels:
            raise BadAudio(f"{path} has {sound.channels} channels, there is no channel {channel}")
        samples = np.concatenate(list(_blocks(sound, channel, str(path))))
        return audio.validate(samples, str(path)), sound.samplerate


def _blocks(sound: Any, channel: int | Literal["mix"] | None, name: str) -> Iterator[Samples]:
    read = 0
    while True:
        block = sound.read(_AT_ONCE // sound.channels, dtype="float32", always_2d=True)
        read += len(block)
        if not len(block):
            break
        if sound.channels == 1 or channel is None:
            yield block[:, 0]
        elif channel == "mix":
            yield block.mean(axis=1, dtype=np.float32)
        else:
            yield block[:, channel - 1]
    audio.check_whole(sound, read, name)
    if not read:
        yield np.empty(0, np.float32)
