"""Real noise from a folder of recordings."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from benchbox.audio import SUFFIXES, read, resample
from benchbox.errors import BadAudio, BadOption, MissingAudio
from benchbox.interfaces import NoiseModel, Scene
from benchbox.mixing import rms_level_db
from benchbox.records import Samples, Split

TEST_SHARE = 0.3
CROSSFADE_SECONDS = 0.01
GAP_DB = 40.0
"""A piece this far below its file's level is a gap between sounds: another is drawn."""
TRIES = 20
CACHE_BYTES = 128 * 2**20


class Recorded(NoiseModel):
    """Cut noise from a random place of a random file; training and test files are never mixed up.

    The folder's train/ and test/ sub-folders are the two splits. Without them, files are shared out 70:30 by
    a hash of their names. A file that is too short is looped with a crossfade of 10 ms.
    """

    def __init__(
        self,
        path: Annotated[
            Path, Field(description="folder of wav, flac, ogg ... files, searched with its sub-folders")
        ],
        kinds: Annotated[
            list[str] | None,
            Field(min_length=1, description="keep only files named KIND_anything of these kinds; none: all"),
        ] = None,
    ) -> None:
        self.path = Path(path).expanduser()
        self.kinds = kinds
        self._recordings: dict[Split, Recordings] = {}

    def files(self, split: Split) -> Sequence[Path]:
        """Return the split's files in a fixed order.

        Raises:
            BadAudio: the folder is missing or holds no audio for this split.
            BadOption: none of the files is of the kinds asked for.
        """
        if not self.path.is_dir():
            raise MissingAudio(
                f"recorded(path={str(self.path)!r}): no such folder: give one that holds noise files"
            )
        found = _split(self.path, split)
        if not found:
            raise BadAudio(
                f"{self.path} holds no {split} noise: add {split}/*.wav (or flac, ogg), or two files or more"
            )
        if self.kinds is None:
            return found
        wanted = [file for file in found if _kind(file) in self.kinds]
        if not wanted:
            known = ", ".join(sorted({_kind(file) for file in found}))
            raise BadOption(f"recorded(kinds={self.kinds}): no {split} file of that kind; valid: {known}")
        return wanted

    def bind(self, scene: Scene) -> "Recordings":
        return self._part(scene.split)

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        """Cut from the test split; `bind` chooses the other."""
        return self._part("test").sample(length, sample_rate, rng)

    def fingerprint(self, split: Split) -> str:
        return self._part(split).digest

    def _part(self, split: Split) -> "Recordings":
        if split not in self._recordings:
            self._recordings[split] = Recordings(self.files(split))
        return self._recordings[split]


class Recordings(NoiseModel):
    """The files of one split, the last used of them decoded."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
        self._decoded: OrderedDict[tuple[Path, int], tuple[Samples, float]] = OrderedDict()
        self._free_bytes = CACHE_BYTES

    @cached_property
    def digest(self) -> str:
        """Return a digest of the files' names and contents."""
        digest = hashlib.sha256()
        for file in self.paths:
            digest.update(
                file.name.encode("utf-8", "surrogateescape")
                + b"\0"
                + hashlib.sha256(file.read_bytes()).digest()
            )
        return digest.hexdigest()

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        for _ in range(TRIES):
            file = self.paths[int(rng.integers(len(self.paths)))]
            samples, level_db = self._load(file, sample_rate)
            piece = cut(samples, length, round(CROSSFADE_SECONDS * sample_rate), rng)
            if rms_level_db(piece) > level_db - GAP_DB:
                break
        return piece

    def _load(self, file: Path, sample_rate: int) -> tuple[Samples, float]:
        key = (file, sample_rate)
        if key in self._decoded:
            self._decoded.move_to_end(key)
            return self._decoded[key]
        samples = resample(*read(file), sample_rate)
        level_db = rms_level_db(samples)
        if np.isinf(level_db):
            raise BadAudio(f"{file} is silent: it is no use as noise, remove it")
        self._decoded[key] = samples, level_db
        self._free_bytes -= samples.nbytes
        while self._free_bytes < 0 and len(self._decoded) > 1:
            _, (forgotten, _) = self._decoded.popitem(last=False)
            self._free_bytes += forgotten.nbytes
        return self._decoded[key]


def cut(samples: Samples, length: int, crossfade: int, rng: np.random.Generator) -> Samples:
    """Return `length` samples from a random place; what is too short goes round, its ends faded together."""
    if samples.size >= length:
        start = rng.integers(samples.size - length + 1)
        return samples[start : start + length].copy()  # the cache must not be written through
    fade = min(crossfade, samples.size // 2)
    loop = samples[: samples.size - fade].copy()
    # Equal power: head and tail of a noise are not correlated.
    angle = np.linspace(0, np.pi / 2, fade, dtype=np.float32)
    loop[:fade] = np.sin(angle) * samples[:fade] + np.cos(angle) * samples[samples.size - fade :]
    return np.resize(np.roll(loop, -rng.integers(loop.size)), length)


def _split(folder: Path, split: Split) -> list[Path]:
    if (folder / "train").is_dir() or (folder / "test").is_dir():
        return _audio_files(folder / split)
    by_hash = sorted(
        _audio_files(folder),
        key=lambda file: hashlib.sha256(file.name.encode("utf-8", "surrogateescape")).digest(),
    )
    tests = min(len(by_hash), max(1, round(TEST_SHARE * len(by_hash))))
    return sorted(by_hash[:tests] if split == "test" else by_hash[tests:])


def _audio_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)


def _kind(file: Path) -> str:
    return file.name.partition("_")[0]
