"""MInDS-14 (Gerz et al. 2021): requests to an e-banking line, spoken over the telephone at 8 kHz."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import Field

from benchbox import audio
from benchbox.errors import BadAudio, BadCorpus
from benchbox.interfaces import Corpus
from benchbox.records import Entry, Split, Utterance
from benchbox_corpora.excerpts import Excerpts, SplitBy, excerpt, excerpts_of, itself
from benchbox_corpora.splits import SplitSeed, TestFraction, divide, speaker_or_recording
from benchbox_corpora.table import Part, Shape, open_table

_SHAPE = Shape(
    "minds14",
    audio=("audio",),
    other=("path",),
    instead="use --corpus spoken, or a local copy: --corpus 'minds14(source=PATH)'",
)


class Minds14(Corpus):
    """Read PolyAI/minds14 and split its recordings: it has neither a test split nor speaker labels."""

    def __init__(
        self,
        source: Annotated[
            str, Field(description="a dataset of the hub, or a local folder or parquet file with its columns")
        ] = "PolyAI/minds14",
        config: Annotated[
            str, Field(description="language and country; a sub-folder where the source is a local folder")
        ] = "en-US",
        split: SplitBy = "recording",
        excerpts: Excerpts = False,
        test_fraction: TestFraction = 0.2,
        seed: SplitSeed = 0,
    ) -> None:
        self.source = source
        self.config = config
        self.split = split
        self._cuts = excerpts or split == "excerpt"
        self.test_fraction = test_fraction
        self.seed = seed

    def entries(self, split: Split) -> Sequence[Entry]:
        group = speaker_or_recording if self.split == "recording" else itself
        return divide(self._pool, split, self.test_fraction, self.seed, group)

    def load(self, entry: Entry) -> Utterance:
        row = self._table[self._rows[entry.recording]]
        samples, sample_rate = audio.decode(row["audio"]["bytes"], entry.recording)
        if self._cuts:
            samples = excerpt(entry, samples, sample_rate)
        return Utterance(entry, samples, sample_rate)

    @cached_property
    def _pool(self) -> Sequence[Entry]:
        """List what is to be divided, one row of the table in memory at a time."""
        return [entry for recording, index in self._rows.items() for entry in self._of_row(recording, index)]

    def _of_row(self, recording: str, index: int) -> Iterator[Entry]:
        row = self._table[index]
        encoded = row["audio"]["bytes"]
        if encoded is None:
            raise BadAudio(f"{recording} has no audio in {self.source}: download the dataset again")
        digest = hashlib.sha256(encoded).hexdigest()[:16]
        whole = Entry(recording, recording, digest, text=row.get("transcription") or "")
        if self._cuts:
            yield from excerpts_of(whole, *audio.length(encoded, recording))
        else:
            yield whole

    @cached_property
    def _rows(self) -> dict[str, int]:
        """Map recording to row. The last two parts of its path are the same on every machine."""
        paths = self._table["path"]
        rows = {"/".join(PurePosixPath(path).parts[-2:]): index for index, path in enumerate(paths)}
        if len(rows) < len(paths):
            raise BadCorpus(f"{self.source}: {len(paths)} rows, but only {len(rows)} different paths")
        return rows

    @cached_property
    def _table(self) -> Any:
        part = Part(local=(f"{self.config}/**/*.parquet", "*.parquet"), config=self.config)
        return open_table(self.source, _SHAPE, part)
