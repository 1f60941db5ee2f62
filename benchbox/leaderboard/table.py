"""A leaderboard as records, between what computes it and what renders it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from benchbox.records import Cost, Measure
from benchbox.results.statistics import Interval

Group: TypeAlias = tuple[str | float | None, ...]


@dataclass(frozen=True)
class Cell:
    """One measure of one system."""

    mean: Interval | None
    """Over the mixtures that every system scored; None where there is none."""
    delta: Interval | None
    """Over noisy, paired on the same mixtures."""
    n: int
    """Mixtures in the mean."""
    n_ok: int
    n_failed: int


@dataclass(frozen=True)
class Spread:
    """Values over clips."""

    median: float
    half_range: float
    """Half the range of the middle 90 %: 0 where all but a few clips agree."""


@dataclass(frozen=True)
class Output:
    """Delay, gain and polarity of a system's output; None where it does not correlate with its input."""

    delay_samples: Spread | None
    gain_db: Spread | None
    polarity: float | None
    """Mean over clips: 1 where all keep it, -1 where all are inverted."""

    @property
    def is_news(self) -> bool:
        """Say whether it is off by a sample or by more than 1 dB, or inverted on any clip."""
        return (
            (self.delay_samples is not None and abs(self.delay_samples.median) >= 1)
            or (self.gain_db is not None and abs(self.gain_db.median) > 1)
            or (self.polarity is not None and self.polarity < 1)
        )


@dataclass(frozen=True)
class Row:
    """One system, in one group where the table has groups."""

    group: Group
    """A value for each of `Table.by`; None is the level of a noise that fixes its own."""
    system: str
    kind: Literal["reference", "system", "bound"]
    """Only systems are ranked. A bound was shown the clean reference."""
    rank: int | None
    cells: Mapping[str, Cell]
    """Measure -> cell."""
    n_ok: int
    """Mixtures with every measure scored."""
    n_failed: int
    parameters: int | None
    real_time_factor: float | None
    """Seconds to denoise a second of audio, median over clips."""
    output: Output
    """Over all clips of the system, whatever the group."""
    training_seconds: float | None
    cost: Cost | None
    """None where it was not measured."""
    n_missing: int = 0
    """Mixtures that other systems have and this one has not yet."""
    spec: str = ""
    """The whole of what `system` is the name of."""


@dataclass(frozen=True)
class Table:
    """A leaderboard, ready to be rendered."""

    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    primary: str
    """The measure that ranks."""
    confidence: float
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    """What a reader must know: the warnings, what is tied, and then the rest."""
    warnings: tuple[str, ...] = ()
    """Why the numbers may mislead: the first of the notes."""

    def groups(self) -> Iterator[tuple[Group, list[Row]]]:
        """Give each group with its rows."""
        for group in dict.fromkeys(row.group for row in self.rows):
            yield group, [row for row in self.rows if row.group == group]

    @property
    def shows_outputs(self) -> bool:
        """Say whether delay, gain or polarity of any system is worth a column."""
        return any(row.kind == "system" and row.output.is_news for row in self.rows)

    @property
    def shows_costs(self) -> bool:
        """Say whether costs were measured: they are then told of all systems, in place of the timings."""
        return any(row.cost for row in self.rows)


def label_of(group: Group) -> str:
    """Return what a group is called: "white, 5 dB"."""
    return ", ".join(
        value if isinstance(value, str) else "own level" if value is None else f"{value:g} dB"
        for value in group
    )


def heading(measure: Measure) -> str:
    """Return the measure's name with an arrow towards the better side."""
    return f"{measure.name} {'↑' if measure.higher_is_better else '↓'}"
