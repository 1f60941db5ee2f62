"""Which scores are not independent of each other: those of one speaker, or of one recording."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FEW = 5
"""Fewer clusters say nothing of others: what was measured then holds for them only."""

Kind: TypeAlias = Literal["speaker", "recording"]


@dataclass(frozen=True, eq=False)
class Clustering:
    """The cluster of each row, and whom the rows speak for."""

    labels: NDArray[np.int64]
    """[row]: what shares a number is resampled and flipped together; numbered by name."""
    kind: Kind
    """What a cluster is; among speakers, a recording that nobody labelled is a cluster of its own."""
    count: int
    """Clusters."""
    speakers: int
    """Known speakers."""
    unlabelled: int
    """Recordings whose speaker is not known."""

    @property
    def enough(self) -> bool:
        """Say whether the rows speak for more than these very speakers (recordings, where none is known)."""
        return self.speakers + self.unlabelled >= FEW

    @property
    def units(self) -> str:
        """Return what is resampled: "7 speakers and 3 recordings without a speaker's name"."""
        if self.kind == "recording":
            return _counted(self.count, "recording")
        return _speakers(self.speakers, self.unlabelled)

    @property
    def warning(self) -> str | None:
        """Return one sentence to show wherever these rows are summed up; None where they are enough."""
        if self.enough:
            return None
        these = "this" if self.speakers + self.unlabelled == 1 else "these"
        return (
            f"Holds for {these} {_speakers(self.speakers, self.unlabelled)} only: "
            f"it takes {FEW} or more to say something of others."
        )


def clustering_of(rows: pd.DataFrame, *, least: int = FEW) -> Clustering:
    """Cluster rows by their speaker where it is known, else by their recording.

    Where that makes fewer than `least` clusters, every recording is one: intervals and tests then are about
    further recordings of these speakers, and `Clustering.warning` says so.

    Args:
        rows: `recording`, and `speaker` or None, of each.
    """
    known = rows["speaker"].notna()
    speakers = int(rows.loc[known, "speaker"].nunique())
    unlabelled = int(rows.loc[~known, "recording"].nunique())
    labels = "recording " + rows["recording"].astype(str)
    by_speaker = speakers > 0 and speakers + unlabelled >= least
    if by_speaker:
        labels = labels.where(~known, "speaker " + rows["speaker"].astype(str))
    names, numbers = np.unique(labels.to_numpy(dtype=str), return_inverse=True)
    return Clustering(
        labels=numbers.astype(np.int64),
        kind="speaker" if by_speaker else "recording",
        count=len(names),
        speakers=speakers,
        unlabelled=unlabelled,
    )


def clusters_of(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Return each row's cluster, as `clustering_of` does."""
    return clustering_of(rows).labels


def _speakers(speakers: int, unlabelled: int) -> str:
    if not unlabelled:
        return _counted(speakers, "speaker")
    if not speakers:
        return _counted(unlabelled, "recording")
    return f"{_counted(speakers, 'speaker')} and {_counted(unlabelled, 'recording')} without a speaker's name"


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"
