"""Pairs in the rows of a table: the columns clean, noisy and id."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchbox import audio
from benchbox.errors import BadAudio, BadCorpus
from benchbox.interfaces import Corpus
from benchbox.records import Entry, Holding, Samples, Split, Utterance
from benchbox_corpora.paired import as_pair, described
from benchbox_corpora.table import Part, Shape, open_table

_SIDES = ("clean", "noisy")
_FACTS = ("speaker", "recording", "transcript", "noise", "snr", "snr_db")
"""Columns that such a table may have besides."""
_SHAPE = Shape(
    "voicebank_demand",
    audio=_SIDES,
    other=("id",),
    instead="give the folder its zip files were unpacked into, or a copy of the dataset's parquet files: "
    "--corpus 'voicebank_demand(source=DIR)'",
)


class PairedRows(Corpus):
    """A dataset of the hub, or a local copy of its parquet files; one file alone is the test split."""

    holds: Holding = "pairs"

    def __init__(self, source: str) -> None:
        self.source = source
        self._tables: dict[Split, tuple[Any, Mapping[str, int]]] = {}
        self._entries: dict[Split, Sequence[Entry]] = {}

    def entries(self, split: Split) -> Sequence[Entry]:
        if split not in self._entries:
            table, rows = self._table(split)
            self._entries[split] = [_entry(name, table[row]) for name, row in rows.items()]
        return self._entries[split]

    def load(self, entry: Entry) -> Utterance:
        # What was asked for before is there; of the others, the train part is the larger download.
        for split in dict.fromkeys((*self._tables, "test", "train")):
            table, rows = self._table(split)
            if entry.id in rows and _digest(row := table[rows[entry.id]]) == entry.digest:
                clean, noisy = (_decoded(row, side, entry.id) for side in _SIDES)
                return as_pair(entry, clean, noisy, (f"the clean {entry.id}", f"the noisy {entry.id}"))
        raise BadAudio(f"{entry.id} is no more in {self.source} as it was: run again")

    def _table(self, split: Split) -> tuple[Any, Mapping[str, int]]:
        if split not in self._tables:
            if split == "train" and Path(self.source).expanduser().is_file():
                raise BadCorpus(f"no train split in {self.source}: give the folder that holds both")
            files = (f"**/{split}-*.parquet", f"**/{split}/*.parquet")
            table = open_table(self.source, _SHAPE, Part(files, split, downloads_alone=True))
            names = [str(name) for name in table["id"]]
            rows = {name: row for row, name in enumerate(names)}
            if len(rows) < len(names):
                raise BadCorpus(f"{self.source}: {len(names)} rows, but only {len(rows)} different ids")
            self._tables[split] = table, rows
        return self._tables[split]


def _entry(name: str, row: Mapping[str, Any]) -> Entry:
    told = {column: str(row[column]) for column in _FACTS if row.get(column) is not None}
    return described(name, _digest(row), {"speaker": name.partition("_")[0], **told})


def _digest(row: Mapping[str, Any]) -> str:
    digest = hashlib.sha256()
    for side in _SIDES:
        digest.update(hashlib.sha256(_encoded(row, side) or b"missing").digest())
    return digest.hexdigest()[:16]


def _decoded(row: Mapping[str, Any], side: str, name: str) -> tuple[Samples, int]:
    encoded = _encoded(row, side)
    if encoded is None:
        raise BadAudio(f"{name} has no {side} audio: download the dataset again")
    return audio.decode(encoded, f"the {side} {name}")


def _encoded(row: Mapping[str, Any], side: str) -> bytes | None:
    return (row[side] or {}).get("bytes")
