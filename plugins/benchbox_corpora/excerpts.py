"""Recordings cut into the 1-second excerpts of the VQ-U-Net-SE paper."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from benchbox.records import Entry, Samples

Excerpts: TypeAlias = Annotated[
    bool, Field(description="cut recordings into 1-second excerpts, as the VQ-U-Net-SE paper does")
]
SplitBy: TypeAlias = Annotated[
    Literal["recording", "excerpt"],
    Field(
        description="what stays together: a whole recording or speaker, or only 1-second excerpts as in the "
        "VQ-U-Net-SE paper, whose test excerpts come from recordings that are also trained on"
    ),
]


def excerpts_of(recording: Entry, samples: int, sample_rate: int) -> Iterator[Entry]:
    """List the seconds of a recording; what is left of less than a second belongs to none."""
    for second in range(samples // sample_rate):
        name = f"#{second}"
        yield replace(recording, id=recording.id + name, digest=recording.digest + name, text="")


def excerpt(entry: Entry, samples: Samples, sample_rate: int) -> Samples:
    """Return the second of its recording's samples that `entry` names."""
    start = int(entry.id.rpartition("#")[2]) * sample_rate
    return samples[start : start + sample_rate]


def itself(entry: Entry) -> str:
    """Name what `divide` keeps together where excerpts are dealt out one by one."""
    return entry.id
