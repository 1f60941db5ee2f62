"""MInDS-14 (Gerz et al. 2021): requests to an e-banking line, spoken over the telephone at 8 kHz."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import Field

from benchbox import audio
from benchbox.errors import BadAudio, BadCorpus
from benchbox.interfaces import Corpus
from benchbox.records import Entry, Split, Utterance
from benchbox_corpora.splits import SplitSeed, TestFraction, divide, speaker_or_recording
from benchbox_corpora.table import open_table


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
        split: Annotated[
            Literal["recording", "excerpt"],
            Field(
                description="what stays together: a whole recording, or only 1-second excerpts as in the "
                "VQ-U-Net-SE paper, whose test excerpts come from recordings that are also trained on"
            ),
        ] = "recording",
        test_fraction: TestFraction = 0.2,
        seed: SplitSeed = 0,
    ) -> None:
        self.source = source
        self.config = config
        self.split = split
        self.test_fraction = test_fraction
        self.seed = seed

    def entries(self, split: Split) -> Sequence[Entry]:
        group = speaker_or_recording if self.split == "recording" else _itself
        return divide(self._pool, split, self.test_fraction, self.seed, group)

    def load(self, entry: Entry) -> Utterance:
        row = self._table[self._rows[entry.recording]]
        samples, sample_rate = audio.decode(row["audio"]["bytes"], entry.recording)
        if self.split == "excerpt":
            start = int(entry.id.rpartition("#")[2]) * sample_rate
            samples = samples[start : start + sample_rate]
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
        if self.split == "recording":
            yield Entry(recording, recording, digest, text=row.get("transcription") or "")
            return
        samples, sample_rate = audio.length(encoded, recording)
        for second in range(samples // sample_rate):
            yield Entry(f"{recording}#{second}", recording, f"{digest}#{second}")

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
        return open_table(self.source, self.config)


def _itself(entry: Entry) -> str:
    return entry.id
