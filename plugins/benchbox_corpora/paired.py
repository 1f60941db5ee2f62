"""Clean speech and the same speech in noise, as somebody recorded or mixed it."""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field

from benchbox import recordings
from benchbox.errors import BadAudio, BadCorpus
from benchbox.interfaces import Corpus
from benchbox.recordings import Channel
from benchbox.records import Entry, Holding, Samples, Split, Utterance
from benchbox_corpora.matching import Pair, join, read_rows, side

_VALIDATION = ("val", "valid", "validation", "dev")
_SIDE = "folder, audio file or list (.scp) of the {} side"
Side = Annotated[Path | None, Field(description=_SIDE.format("clean"))]


class PairedFiles(Corpus):
    """What corpora of pairs have in common: `_pairs` says which files they are."""

    holds: Holding = "pairs"
    channel: Channel = None

    def entries(self, split: Split) -> Sequence[Entry]:
        if split not in self._entries:
            raise BadCorpus(
                "no train split in these pairs: name systems that bring their weights, such as "
                "vqunet(preset=pretrained), or give train_clean=... and train_noisy=..."
                if split == "train"
                else f"no {split} split in these pairs"
            )
        return self._entries[split]

    def load(self, entry: Entry) -> Utterance:
        pair = self._by_id[entry.id]
        if pair.clean is None or pair.noisy is None:
            missing, there = ("clean", pair.noisy) if pair.clean is None else ("noisy", pair.clean)
            raise BadAudio(f"{there} has no {missing} file of its name")
        clean, noisy = (recordings.read(file, self.channel) for file in (pair.clean, pair.noisy))
        return as_pair(entry, clean, noisy, (str(pair.clean), str(pair.noisy)))

    def pairs(self) -> Mapping[Split, Sequence[Pair]]:
        """Return the files of each split, none where there is no such split."""
        raise NotImplementedError

    @cached_property
    def _pairs(self) -> Mapping[Split, Sequence[Pair]]:
        return {split: found for split, found in self.pairs().items() if found}

    @cached_property
    def _by_id(self) -> Mapping[str, Pair]:
        return {pair.id: pair for found in self._pairs.values() for pair in found}

    @cached_property
    def _entries(self) -> Mapping[Split, Sequence[Entry]]:
        return {split: [self._entry(pair) for pair in found] for split, found in self._pairs.items()}

    def _entry(self, pair: Pair) -> Entry:
        return described(pair.id, digest_of([pair.clean, pair.noisy], self.channel), pair.facts)


class Paired(PairedFiles):
    """Read clean and noisy files in pairs; estimates are made from the noisy file as it is.

    Files belong together by their names without suffix, by a pattern, or by a table. Sub-folders train/ and
    test/ on both sides are the splits, and val/ (valid/, validation/, dev/) beside them is left out;
    otherwise all pairs are for the test. Where the table gives `noise` and `snr`, results can be grouped by
    them. Systems learn from pairs as they are, or from their clean speech mixed anew with --train-noises
    (`remixed` takes the noise of other pairs).
    """

    def __init__(
        self,
        clean: Side = None,
        noisy: Annotated[Path | None, Field(description=_SIDE.format("noisy"))] = None,
        table: Annotated[
            Path | None,
            Field(
                description="CSV file: columns clean and noisy name pairs, or id the files that noise, snr, "
                "speaker, recording, transcript and split are of"
            ),
        ] = None,
        pattern: Annotated[
            str | None,
            Field(description="regular expression; what its group finds in the names of both sides is equal"),
        ] = None,
        train_clean: Annotated[Path | None, Field(description="the clean side to train on")] = None,
        train_noisy: Annotated[Path | None, Field(description="the noisy side to train on")] = None,
        channel: Channel = None,
    ) -> None:
        self.clean, self.noisy, self.table, self.pattern = clean, noisy, table, pattern
        self.train_clean, self.train_noisy = train_clean, train_noisy
        self.channel = channel
        if (train_clean is None) != (train_noisy is None):
            raise BadCorpus("paired needs both train_clean=... and train_noisy=..., or neither")
        if table is None and (clean is None or noisy is None):
            raise BadCorpus("paired needs clean=... and noisy=..., or a table=... with both columns")

    def pairs(self) -> Mapping[Split, Sequence[Pair]]:
        found = self._labelled(self._matched(self.clean, self.noisy))
        splits: dict[Split, list[Pair]] = {"train": [], "test": []}
        tested = any(_folder(pair) == "test" for pair in found)
        for pair in found:
            if not (tested and _folder(pair) in _VALIDATION and not pair.facts.get("split")):
                splits[_split_of(pair)].append(pair)
        if self.train_clean is not None and self.train_noisy is not None:
            own = self._matched(self.train_clean, self.train_noisy)
            splits["train"] += [replace(pair, id=f"train/{pair.id}") for pair in own]
        return splits

    def _matched(self, clean: Path | None, noisy: Path | None) -> Sequence[Pair]:
        rows = self._rows
        if rows and "clean" in rows[0] and clean is self.clean:
            return list(self._listed())
        if clean is None or noisy is None:
            raise BadCorpus(f"{self.table} names no pairs: give clean=... and noisy=..., too")
        given = self.pattern is not None or ".scp" in (clean.suffix, noisy.suffix)
        where = (clean, noisy)
        return join(side(clean, self.pattern), side(noisy, self.pattern), where, matched=given)

    @cached_property
    def _rows(self) -> list[dict[str, str]]:
        rows = read_rows(self.table, [("clean", "noisy"), ("id",)]) if self.table else []
        for number, row in enumerate(rows, 2):
            if (split := row.get("split")) and split not in ("train", "test"):
                raise BadCorpus(f"{self.table}, line {number}: split is {split!r}, wants train or test")
        return rows

    def _listed(self) -> Iterator[Pair]:
        assert self.table is not None
        seen = set()
        for number, row in enumerate(self._rows, 2):
            if not row["clean"] or not row["noisy"]:
                raise BadCorpus(f"{self.table}, line {number}: wants a clean and a noisy file")
            name = row.get("id") or _name(row["noisy"])
            if name in seen:
                raise BadCorpus(f"{self.table}, line {number}: {name} is there twice; name each once")
            seen.add(name)
            clean = (self.clean or self.table.parent) / row["clean"]
            noisy = (self.noisy or self.table.parent) / row["noisy"]
            # Several noisy versions of one clean file are not independent.
            recording = row.get("recording") or _name(row["clean"])
            yield Pair(name, clean, noisy, {**row, "recording": recording})

    def _labelled(self, pairs: Sequence[Pair]) -> Sequence[Pair]:
        """Add what the table says of pairs that were matched without it."""
        if not self._rows or "clean" in self._rows[0]:
            return pairs
        assert self.table is not None
        facts = by_name(self.table, self._rows, [pair.id for pair in pairs])
        return [replace(pair, facts=facts.get(pair.id, {})) for pair in pairs]


def as_pair(
    entry: Entry, clean: tuple[Samples, int], noisy: tuple[Samples, int], names: tuple[str, str]
) -> Utterance:
    """Return both sides as one utterance.

    Raises:
        BadAudio: they have two rates or two lengths.
    """
    (speech, rate), (mixed, other) = clean, noisy
    if rate != other:
        raise BadAudio(f"{names[0]} has {rate} Hz and {names[1]} {other} Hz: a pair has one rate")
    if len(speech) != len(mixed):
        raise BadAudio(
            f"{names[0]} has {len(speech)} samples and {names[1]} {len(mixed)}: cut them to one length"
        )
    return Utterance(entry, speech, rate, mixed)


def described(name: str, digest: str, facts: Mapping[str, str]) -> Entry:
    """Return the entry of a clip of which a table tells `facts`."""
    return Entry(
        id=name,
        recording=facts.get("recording") or name,
        digest=digest,
        speaker=facts.get("speaker") or None,
        text=facts.get("transcript") or "",
        noise=facts.get("noise") or "",
        snr_db=_snr_db(facts.get("snr") or facts.get("snr_db") or "", name),
    )


def by_name(
    table: Path, rows: Sequence[Mapping[str, str]], names: Sequence[str]
) -> Mapping[str, Mapping[str, str]]:
    """Return the rows of a table with a column id by the names that files have.

    Raises:
        BadCorpus: it names a file twice, or none of `names`.
    """
    facts: dict[str, Mapping[str, str]] = {}
    for number, row in enumerate(rows, 2):
        if facts.setdefault(_name(row["id"]), row) is not row:
            raise BadCorpus(f"{table}, line {number}: {_name(row['id'])} is there twice; name each once")
    if not facts:
        raise BadCorpus(f"{table} has no rows: it wants one for each file")
    if not any(name in facts for name in names):
        raise BadCorpus(
            f"{table} names none of the files (it has {next(iter(facts))}, they are called {names[0]}): "
            "its column id wants their names without suffix"
        )
    return facts


def digest_of(files: Sequence[Path | None], channel: object = None) -> str:
    """Return 16 hex digits that change when the content of any of these files does."""
    digest = hashlib.sha256()
    for file in files:
        if file is None or not file.is_file():
            digest.update(b"missing")
            continue
        with file.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    whole = digest.hexdigest()[:16]
    return whole if channel is None else f"{whole}/{channel}"


def _name(file: str) -> str:
    path = Path(file)
    return path.with_suffix("").as_posix() if path.suffix.lower() in recordings.SUFFIXES else file


def _folder(pair: Pair) -> str:
    return pair.id.partition("/")[0]


def _split_of(pair: Pair) -> Split:
    told = pair.facts.get("split") or _folder(pair)
    return "train" if told == "train" else "test"


def _snr_db(text: str, id: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text.lower().removesuffix("db"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadCorpus(f"the SNR of {id} is {text!r}: it wants a number of dB")
    return value
