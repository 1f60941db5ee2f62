"""Table -> what stands in columns below the scores: how a system's output lies, and what it costs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchbox.leaderboard.table import Row, Spread, Table
from benchbox.records import Cost
from benchbox.render import numbers


@dataclass(frozen=True)
class Column:
    """One fact about every system."""

    title: str
    units: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    """One or two numbers a system: to be joined by `join`, or put below each other."""
    join: str = " "

    @property
    def heading(self) -> str:
        """Return "RTF (p50 / p95)"."""
        return f"{self.title} ({self.join.join(self.units)})" if self.units else self.title

    def lines(self) -> Iterator[str]:
        """Give each system's cell on one line."""
        return (self.join.join(cell) for cell in self.cells)


def systems_of(table: Table) -> list[Row]:
    """Return a row of each system that such facts are told of: all but the bounds, once for all groups."""
    return [row for row in {row.system: row for row in table.rows}.values() if row.kind != "bound"]


def output_columns(table: Table) -> list[Column]:
    """Return delay, gain and polarity where they are worth telling, and nothing otherwise."""
    if not table.shows_outputs:
        return []
    outputs = [row.output for row in systems_of(table)]
    return [
        Column("delay", ("samples",), tuple(_spread(output.delay_samples) for output in outputs)),
        Column("gain", ("dB",), tuple(_spread(output.gain_db) for output in outputs)),
        Column("±", (), tuple((_polarity(output.polarity),) for output in outputs)),
    ]


def cost_columns(table: Table) -> list[Column]:
    """Return what was measured with `--cost`, and nothing where it was not."""
    if not table.shows_costs:
        return []
    rows = systems_of(table)

    def each(tell: Callable[[Cost], tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
        return tuple(tell(row.cost) if row.cost else (numbers.DASH,) for row in rows)

    return [
        Column("parameters", (), tuple((numbers.parameters(row.parameters),) for row in rows)),
        Column("MACs/s", ("network", "total"), each(_macs), " / "),
        Column("RTF", ("p50", "p95"), each(_real_time_factors), " / "),
        Column("algorithmic delay", ("ms",), each(_algorithmic_delay)),
        Column("peak memory", ("MB",), each(lambda cost: (numbers.one_digit(cost.peak_memory_mb),))),
        Column("checkpoint", (), each(lambda cost: (numbers.file_size(cost.checkpoint_bytes),))),
        Column("training", (), tuple((numbers.duration(row.training_seconds),) for row in rows)),
    ]


def _macs(cost: Cost) -> tuple[str, ...]:
    if cost.macs_per_second_total is None:
        return (numbers.DASH,)
    return numbers.macs(cost.macs_per_second_network), numbers.macs(cost.macs_per_second_total)


def _real_time_factors(cost: Cost) -> tuple[str, ...]:
    return (
        numbers.real_time_factor(cost.real_time_factor_p50),
        numbers.real_time_factor(cost.real_time_factor_p95),
    )


def _algorithmic_delay(cost: Cost) -> tuple[str, ...]:
    delay = cost.algorithmic_delay_ms
    return ("utterance" if delay is None else numbers.one_digit(delay),)


def _spread(spread: Spread | None) -> tuple[str, ...]:
    if spread is None:
        return (numbers.DASH,)
    return numbers.fixed(spread.median, 1), f"±{numbers.fixed(spread.half_range, 1)}"


def _polarity(mean: float | None) -> str:
    """Return + or -, or on how many of the clips it is inverted."""
    if mean is None:
        return numbers.DASH
    inverted = (1 - mean) / 2
    return "+" if inverted == 0 else "-" if inverted == 1 else f"{inverted:.0%} -"
