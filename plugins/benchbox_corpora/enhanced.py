"""Files that another system wrote."""

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field

from benchbox import recordings
from benchbox.audio import resample
from benchbox.errors import BadAudio, BadOption
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

    def holds(self, entry: Entry) -> bool:
        return self._file(entry) is not None

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
        return self._files.get(entry.id) or self._by_last_part.get(Path(entry.id).name)

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
    def _by_last_part(self) -> Side:
        """Return the files by their last part, where that names one alone."""
        last: dict[str, list[Path]] = {}
        for name, file in self._files.items():
            last.setdefault(Path(name).name, []).append(file)
        return {name: files[0] for name, files in last.items() if len(files) == 1}
