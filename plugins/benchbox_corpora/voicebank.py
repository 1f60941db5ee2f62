"""VoiceBank-DEMAND (Valentini-Botinhao 2017): as its zip files unpack, or as the hub holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field

from benchbox.errors import BadCorpus
from benchbox.interfaces import Corpus
from benchbox.records import Entry, Holding, Split, Utterance
from benchbox_corpora.matching import Pair, join, side
from benchbox_corpora.paired import PairedFiles
from benchbox_corpora.rows import PairedRows


class VoiceBankDemand(Corpus):
    """Read VoiceBank-DEMAND with its official split, from the hub or from the folder its zips unpack into.

    Of the hub it reads a dataset with the columns clean, noisy and id, such as
    JacobLinCool/VoiceBank-DEMAND-16k, or a local copy of its parquet files; only the split that is used is
    downloaded. Of the zip files, clean_testset_wav/ and noisy_testset_wav/, for training
    clean_trainset_28spk_wav/ and noisy_trainset_28spk_wav/ (or 56spk), and log_testset.txt and
    log_trainset_*.txt, which tell noise and SNR.
    The original has 48 kHz; most papers score it at 16 kHz, which a resampled copy does: what resampled it
    changes PESQ.
    """

    holds: Holding = "pairs"

    def __init__(
        self,
        source: Annotated[
            Path,
            Field(description="a dataset of the hub, its parquet files, or the folder of the zip files"),
        ],
    ) -> None:
        self.source = Path(source)

    def entries(self, split: Split) -> Sequence[Entry]:
        return self._set.entries(split)

    def load(self, entry: Entry) -> Utterance:
        return self._set.load(entry)

    @cached_property
    def _set(self) -> Corpus:
        folder = self.source.expanduser()
        if folder.is_dir() and next(folder.rglob("*.parquet"), None) is None:
            return Unpacked(folder)
        return PairedRows(self.source.as_posix())


class Unpacked(PairedFiles):
    """The folders of its zip files."""

    def __init__(self, source: Path) -> None:
        self.source = source

    def pairs(self) -> Mapping[Split, Sequence[Pair]]:
        found: dict[Split, Sequence[Pair]] = {"train": self._split("train"), "test": self._split("test")}
        if not found["test"]:
            raise BadCorpus(
                f"{self.source} holds no clean_testset_wav and noisy_testset_wav: give the folder the zip "
                "files of VoiceBank-DEMAND were unpacked into"
            )
        return found

    def _split(self, name: str) -> Sequence[Pair]:
        clean, noisy = (self._folders(f"{side}_{name}set*wav") for side in ("clean", "noisy"))
        if not (clean and noisy):
            return []
        if len(clean) > 1 or len(noisy) > 1:
            raise BadCorpus(
                f"{self.source} holds several {name} sets ({', '.join(each.name for each in clean)}): "
                "keep one"
            )
        pairs = join(side(clean[0]), side(noisy[0]), (clean[0], noisy[0]))
        return [
            replace(pair, facts={"speaker": pair.id.partition("_")[0], **self._logged.get(pair.id, {})})
            for pair in pairs
        ]

    def _folders(self, pattern: str) -> list[Path]:
        return [each for each in sorted(self.source.glob(pattern)) if each.is_dir()]

    @cached_property
    def _logged(self) -> Mapping[str, Mapping[str, str]]:
        """Return noise and SNR of each clip: "p232_001 bus 17.5" a line."""
        logged = {}
        for file in sorted(self.source.rglob("log_*set*.txt")):
            for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                parts = line.split()
                if not parts:
                    continue
                if len(parts) != 3:
                    raise BadCorpus(
                        f"{file}, line {number}: wants a name, a noise and an SNR, got {line!r:.60}"
                    )
                name, noise, snr = parts
                logged[name.removesuffix(".wav")] = {"noise": noise, "snr": snr}
        return logged
