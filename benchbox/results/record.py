"""Results: what a run folder, several of them, or a baseline file hold, as one record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from benchbox.records import Cost, Measure, SnrDefinition, Timing
from benchbox.results.identity import Identities

REFERENCE = "noisy"
"""The system that is the unprocessed input."""
SILENCE = "silence"
"""The bound that gives none of it."""


@dataclass(frozen=True)
class SystemFacts:
    """What is known of a system beside its scores."""

    identity: str = ""
    """The same text: the same scores, if it is no trained system."""
    trainable: bool = False
    oracle: bool = False
    """It was shown the clean reference."""
    folder: str = ""
    """Of its training, below the run folder's systems/."""
    parameters: int | None = None
    training_seconds: float | None = None
    cost: Cost | None = None
    """None where it was not measured."""
    spec: str = ""
    """The whole of what it is, which its label may be a name for; empty where an earlier version wrote it."""


@dataclass(frozen=True)
class ConditionFacts:
    """A noise at one SNR, and on how many clips it is scored."""

    noise: str
    snr_db: float | None
    """None where the noise fixes its own level."""
    clips: int

    @property
    def name(self) -> str:
        """Return what it is called: "white 5 dB"."""
        return condition_name(self.noise, self.snr_db)


def condition_name(noise: str, snr_db: float | None) -> str:
    """Return "white 5 dB", or the noise alone where it fixes its own level (None or NaN)."""
    return noise if snr_db is None or snr_db != snr_db else f"{noise} {snr_db:g} dB"


@dataclass(frozen=True)
class Setting:
    """What decides the mixtures of a run, and whether its estimates were aligned before scoring."""

    corpus: str
    noises: tuple[str, ...]
    snrs: tuple[float, ...]
    snr_definition: SnrDefinition
    seed: int
    limit: int | None
    align: bool


@dataclass(frozen=True)
class Machine:
    """Where a run was computed."""

    platform: str
    processor: str
    cores: int | None
    python: str


def _no_timings() -> pd.DataFrame:
    return pd.DataFrame(columns=list(Timing.__annotations__))


@dataclass(frozen=True, eq=False)
class Results:
    """Scores and what is needed to read them."""

    scores: pd.DataFrame
    """One row a system, mixture and measure; see `records.Score`."""
    measures: Sequence[Measure]
    systems: Mapping[str, SystemFacts] = field(default_factory=dict)
    """By label, in the order of the suite."""
    identities: Identities = field(default_factory=dict)
    timings: pd.DataFrame = field(default_factory=_no_timings)
    """One row a system and mixture; see `records.Timing`."""
    setting: Setting | None = None
    """None of a baseline, which does not know it."""
    machine: Machine | None = None
    conditions: tuple[ConditionFacts, ...] = ()
    """What every system is to be scored on; empty where that is not known."""
    finished: bool = True
    """The run says that nothing of it is missing; `completeness.unfinished` counts what is there."""
    warnings: tuple[str, ...] = ()
    """Why the numbers may mislead: said first wherever they are shown."""
    notes: tuple[str, ...] = ()
    """How the numbers were made."""

    @property
    def seed(self) -> int:
        """Return what the random numbers of the statistics start from."""
        return self.setting.seed if self.setting else 0
