"""Who goes to the test split, where the corpus itself does not say."""

import hashlib
from collections.abc import Callable, Sequence
from math import ceil
from typing import Annotated

from pydantic import Field

from benchbox.errors import BadCorpus
from benchbox.records import Entry, Split

TestFraction = Annotated[
    float,
    Field(gt=0, lt=1, description="share of the speakers, or else recordings, that is kept for testing"),
]
SplitSeed = Annotated[int, Field(description="another seed draws another test split")]


def speaker_or_recording(entry: Entry) -> str:
    """Name what must not be on both sides of a split."""
    return entry.speaker or entry.recording


def divide(
    entries: Sequence[Entry],
    split: Split,
    test_fraction: float,
    seed: int,
    group: Callable[[Entry], str] = speaker_or_recording,
) -> list[Entry]:
    """Return the entries of `split`, keeping each group on one side.

    The draw hangs on a hash of the groups' names: the same on every machine and in any order of files.

    Raises:
        BadCorpus: there is only one group.
    """
    groups = [group(entry) for entry in entries]
    names = sorted(set(groups), key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest())
    if len(names) < 2:
        raise BadCorpus(f"one speaker or recording ({', '.join(names)}) cannot be split into train and test")
    test = set(names[: min(ceil(test_fraction * len(names)), len(names) - 1)])
    return [entry for entry, name in zip(entries, groups, strict=True) if (name in test) == (split == "test")]
