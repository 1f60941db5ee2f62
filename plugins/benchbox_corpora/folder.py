"""A folder of audio files as a corpus."""

import csv
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field

from benchbox import audio
from benchbox.errors import BadCorpus
from benchbox.interfaces import Corpus
from benchbox.recordings import files_below, name_of
from benchbox.records import Entry, Split, Utterance
from benchbox_corpora.excerpts import Excerpts, SplitBy, excerpt, excerpts_of, itself
from benchbox_corpora.splits import SplitSeed, TestFraction, divide

_SPLIT_FOLDERS: Mapping[Split, Sequence[str]] = {
    "train": ("train", "clean_trainset*_wav"),
    "test": ("test", "clean_testset*_wav"),
}
"""Ours, and those of VoiceBank-DEMAND."""

_BYTE = re.compile(rb"\\x([89a-f][0-9a-f])")


class Folder(Corpus):
    """Read train/ and test/ below a folder, or split its files by speaker or recording.

    A `metadata.csv` in the folder may add `speaker`, `transcript` and, where there are no such sub-folders,
    `split` to a `path`, which is relative to the folder or to its parent. With split="excerpt" all its
    audio is cut up and dealt out anew, whatever folders and labels say.
    """

    def __init__(
        self,
        path: Annotated[Path, Field(description="the folder that holds the audio")],
        sample_rate: Annotated[
            int | None,
            Field(gt=0, description="resample to this rate in Hz; by default each file keeps its own"),
        ] = None,
        split: SplitBy = "recording",
        excerpts: Excerpts = False,
        test_fraction: TestFraction = 0.2,
        seed: SplitSeed = 0,
    ) -> None:
        self.path = Path(path).expanduser()
        self.sample_rate = sample_rate
        self.split = split
        self._cuts = excerpts or split == "excerpt"
        self.test_fraction = test_fraction
        self.seed = seed
        self._splits: dict[Split, Sequence[Entry]] = {}

    def entries(self, split: Split) -> Sequence[Entry]:
        if split not in self._splits:
            self._splits[split] = self._find(split)
        return self._splits[split]

    def load(self, entry: Entry) -> Utterance:
        samples, sample_rate = audio.read(self._file(entry.recording))
        if self.sample_rate is not None:
            samples, sample_rate = audio.resample(samples, sample_rate, self.sample_rate), self.sample_rate
        if self._cuts:
            samples = excerpt(entry, samples, sample_rate)
        return Utterance(entry, samples, sample_rate)

    def _find(self, split: Split) -> list[Entry]:
        if not self.path.is_dir():
            what = "is a file" if self.path.exists() else "does not exist"
            raise BadCorpus(f"{self.path} {what}: path=... takes the folder that holds the audio")
        _refuse_pairs(self.path)
        folders = {side: _matching(self.path, patterns) for side, patterns in _SPLIT_FOLDERS.items()}
        if self.split == "excerpt":
            everywhere = [*folders["train"], *folders["test"]] or [self.path]
            pool = [entry for folder in everywhere for entry in self._entries(_audio_below(folder))]
            entries = divide(pool, split, self.test_fraction, self.seed, itself) if pool else []
        elif any(folders.values()):
            entries = [entry for folder in folders[split] for entry in self._entries(_audio_below(folder))]
        else:
            files = list(_audio_below(self.path))
            if not files:
                raise BadCorpus(
                    f"no audio in {self.path}: it takes {', '.join(sorted(audio.SUFFIXES))} files"
                )
            labels = {file: self._metadata.get(file, {}).get("split") for file in files}
            if any(labels.values()):
                entries = list(self._entries(file for file in files if labels[file] == split))
            else:
                entries = divide(list(self._entries(files)), split, self.test_fraction, self.seed)
        if not entries:
            raise BadCorpus(
                f"no {split} split in {self.path}: put its audio into {self.path / split}, "
                "or keep all files in one folder to have them split"
            )
        return entries

    def _entries(self, files: Iterable[Path]) -> Iterator[Entry]:
        for file in files:
            whole = self._entry(file)
            if self._cuts:
                with audio.opened(file, audio.LONGEST) as sound:
                    yield from excerpts_of(whole, sound.frames, sound.samplerate)
            else:
                yield whole

    def _entry(self, file: Path) -> Entry:
        facts = self._metadata.get(file, {})
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()[:16]
        return Entry(
            id=(name := name_of(file.relative_to(self.path).as_posix())),
            recording=name,
            digest=digest if self.sample_rate is None else f"{digest}@{self.sample_rate}",
            speaker=facts.get("speaker") or None,
            text=facts.get("transcript") or "",
        )

    def _file(self, name: str) -> Path:
        """Return the file that `name_of` gave this name."""
        file = self.path / name
        if "\\x" in name and not file.exists():
            file = self.path / os.fsdecode(
                _BYTE.sub(lambda found: bytes.fromhex(found[1].decode()), name.encode())
            )
        return file

    @cached_property
    def _metadata(self) -> Mapping[Path, Mapping[str, str]]:
        """Return what metadata.csv says of each file."""
        table = self.path / "metadata.csv"
        if not table.is_file():
            return {}
        with table.open(encoding="utf-8", errors="replace", newline="") as text:
            rows = csv.DictReader(text)
            if "path" not in (rows.fieldnames or ()):
                found = ", ".join(rows.fieldnames or ()) or "none"
                raise BadCorpus(
                    f"{table} needs a column named path (columns: {found}): rename it or remove the file"
                )
            return {base / (row["path"] or ""): row for row in rows for base in (self.path, self.path.parent)}


def _matching(folder: Path, patterns: Sequence[str]) -> list[Path]:
    return [match for pattern in patterns for match in sorted(folder.glob(pattern)) if match.is_dir()]


def _refuse_pairs(folder: Path) -> None:
    """Refuse to take the noisy half of a set of pairs for clean speech."""
    clean, noisy = folder / "clean", folder / "noisy"
    if clean.is_dir() and noisy.is_dir():
        raise BadCorpus(
            f"{folder} holds pairs, and its noisy files are no clean speech: to score them, "
            f"paired(clean={clean}, noisy={noisy}); to mix the clean ones anew, folder(path={clean})"
        )


def _audio_below(folder: Path) -> Iterator[Path]:
    return (file for file in files_below(folder) if file.suffix.lower() in audio.SUFFIXES)
