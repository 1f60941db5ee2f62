"""Recordings without a clean side, and clean speech without a noisy one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from benchbox import recordings
from benchbox.errors import BadCorpus
from benchbox.interfaces import Corpus
from benchbox.recordings import Channel
from benchbox.records import Entry, Holding, Split, Utterance
from benchbox_corpora.matching import Side, read_rows, side
from benchbox_corpora.paired import by_name, described, digest_of

_Path = Annotated[Path, Field(description="folder, audio file or list (.scp)")]
_Pattern = Annotated[
    str | None, Field(description="regular expression; what its group finds in a file's name is its id")
]

_Table = Annotated[
    Path | None,
    Field(
        description="CSV file that tells the transcript, speaker, recording, noise and snr of each id: `wer` "
        "of recordings wants a transcript"
    ),
]


class Recordings(Corpus):
    """Real recordings, denoised as they are; only measures that need no clean reference apply.

    That is `dnsmos`, `plcmos` and, against the transcripts of a table, `wer`.
    """

    holds: Holding = "recordings"

    def __init__(
        self, path: _Path, channel: Channel = None, pattern: _Pattern = None, table: _Table = None
    ) -> None:
        self.path, self.channel, self.pattern, self.table = path, channel, pattern, table
        self._found: Side | None = None

    def entries(self, split: Split) -> list[Entry]:
        if split == "train":
            raise BadCorpus(
                f"nothing can be learnt from {self.path}, it has no pairs: name systems that bring their "
                "weights, such as vqunet(preset=pretrained)"
            )
        facts = self._facts
        return [
            described(name, digest_of([file], self.channel), facts.get(name, {}))
            for name, file in self._files.items()
        ]

    def load(self, entry: Entry) -> Utterance:
        samples, rate = recordings.read(self._files[entry.id], self.channel)
        return Utterance(entry, samples[:0], rate, samples)

    @property
    def _facts(self) -> Mapping[str, Mapping[str, str]]:
        if self.table is None:
            return {}
        return by_name(self.table, read_rows(self.table, [("id",)]), list(self._files))

    @property
    def _files(self) -> Side:
        if self._found is None:
            self._found = dict(sorted(side(self.path, self.pattern).items()))
        return self._found


class References(Recordings):
    """Clean speech that is not mixed: what `benchbox score --clean DIR` compares finished files with."""

    holds: Holding = "references"

    def load(self, entry: Entry) -> Utterance:
        samples, rate = recordings.read(self._files[entry.id], self.channel)
        return Utterance(entry, samples, rate)


class Estimates(Recordings):
    """Finished files alone: what `benchbox score` scores where there is neither a clean nor a noisy side."""

    holds: Holding = "estimates"
