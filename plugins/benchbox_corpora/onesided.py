"""Recordings without a clean side, and clean speech without a noisy one."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from benchbox import recordings
from benchbox.errors import BadCorpus
from benchbox.interfaces import Corpus
from benchbox.recordings import Channel
from benchbox.records import Entry, Holding, Split, Utterance
from benchbox_corpora.matching import Side, side
from benchbox_corpora.paired import digest_of

_Path = Annotated[Path, Field(description="folder, audio file or list (.scp)")]
_Pattern = Annotated[
    str | None, Field(description="regular expression; what its group finds in a file's name is its id")
]


class Recordings(Corpus):
    """Real recordings, denoised as they are; only measures that need no clean reference apply (`dnsmos`)."""

    holds: Holding = "recordings"

    def __init__(self, path: _Path, channel: Channel = None, pattern: _Pattern = None) -> None:
        self.path, self.channel, self.pattern = path, channel, pattern
        self._found: Side | None = None

    def entries(self, split: Split) -> list[Entry]:
        if split == "train":
            raise BadCorpus(
                f"nothing can be learnt from {self.path}, it has no pairs: name systems that bring their "
                "weights, such as vqunet(preset=pretrained)"
            )
        return [Entry(name, name, digest_of([file], self.channel)) for name, file in self._files.items()]

    def load(self, entry: Entry) -> Utterance:
        samples, rate = recordings.read(self._files[entry.id], self.channel)
        return Utterance(entry, samples[:0], rate, samples)

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
