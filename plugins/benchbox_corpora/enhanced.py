"""Files that another system wrote."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field

from benchbox import recordings
from benchbox.audio import resample
from benchbox.errors import BadAudio, BadCorpus, BadOption
from benchbox.interfaces import FinishedEstimates
from benchbox.recordings import Channel
from benchbox.records import Entry, Samples
from benchbox_corpora.matching import Side, side
from benchbox_corpora.paired import digest_of


class Enhanced(FinishedEstimates):
    """Score the files that another system wrote: each belongs to the utterance of its name.

    `benchbox score` makes these; in a suite they stand beside systems that run. An utterance without a file,
    or with one that cannot be read, has another rate or another length, is a failed row.
    """

    def __init__(
        self,
        path: Annotated[Path, Field(description="folder, audio file or list (.scp) of the estimates")],
        name: Annotated[str, Field(description="what tables call the system")] = "",
        padding_ms: Annotated[
            float,
            Field(
                ge=0,
                le=1000,
                description="by how much a file may be shorter or longer: it is padded with zeros or cut at "
                "its end, and the table says so",
            ),
        ] = 40.0,
        resample: Annotated[
            bool, Field(description="resample files of another rate; if not, they are failed rows")
        ] = False,
        pattern: Annotated[
            str | None,
            Field(description="regular expression; what its group finds in a name is the utterance"),
        ] = None,
        utterance: Annotated[str | None, Field(description="what a single file is the estimate of")] = None,
        channel: Channel = None,
    ) -> None:
        self.path, self.pattern, self.utterance, self.channel = path, pattern, utterance, channel
        self.name, self.padding_seconds, self.resample = name, padding_ms / 1000, resample
        self._taken: dict[Path, str] = {}

    def holds(self, entry: Entry) -> bool:
        file = self._file(entry)
        if file is None:
            return False
        other = self._taken.setdefault(file, entry.id)
        if other != entry.id:
            raise BadCorpus(
                f"{file} may be of {other} or of {entry.id}: keep the sub-folders of the clips, or give "
                "a pattern"
            )
        return True

    def look_up(self, entry: Entry, sample_rate: int) -> Samples:
        file = self._file(entry)
        if file is None:
            raise BadAudio(f"{self.path} has no file named {entry.id}")
        if not file.is_file():
            raise BadAudio(f"{file} does not exist")
        samples, rate = recordings.read(file, self.channel)
        if rate != sample_rate and not self.resample:
            raise BadAudio(f"{file} has {rate} Hz, {entry.id} {sample_rate} Hz: resample=true resamples it")
        return resample(samples, rate, sample_rate)

    def _file(self, entry: Entry) -> Path | None:
        """Return the file of that name, or one whose name is the end of it, or ends with it.

        Not one in another sub-folder: where a/x is missing, b/x is another clip.
        """
        if entry.id in self._files:
            return self._files[entry.id]
        name = self._by_last_part.get(Path(entry.id).name, "")
        ends = f"/{entry.id}".endswith(f"/{name}") or f"/{name}".endswith(f"/{entry.id}")
        return self._files[name] if name and ends else None

    def fingerprint(self) -> str:
        files = sorted(self._files.items())
        return f"{digest_of([file for _, file in files])} {[name for name, _ in files]}"

    @cached_property
    def _files(self) -> Side:
        found = side(self.path, self.pattern)
        if self.utterance is None:
            return found
        if len(found) != 1:
            raise BadOption(
                f"utterance={self.utterance} names what one file is of, {self.path} has {len(found)}"
            )
        return {self.utterance: next(iter(found.values()))}

    @cached_property
    def _by_last_part(self) -> Mapping[str, str]:
        """Return the names by their last part, where that is of one alone."""
        last: dict[str, list[str]] = {}
        for name in self._files:
            last.setdefault(Path(name).name, []).append(name)
        return {part: names[0] for part, names in last.items() if len(names) == 1}
