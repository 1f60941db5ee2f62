"""How numbers look, in every text format alike."""

from collections.abc import Sequence

from benchbox.leaderboard.table import Row
from benchbox.records import Measure
from benchbox.results.statistics import Interval

DASH = "\N{EN DASH}"


def decimals(measure: Measure) -> int:
    """Return the digits behind the point that the field is used to: 11.4 dB, 2.45 of PESQ, 0.858 of STOI."""
    if measure.unit == "dB":
        return 1
    if measure.unit.startswith("MOS"):
        return 2
    low, high = measure.bounds
    return 2 if low is not None and high is not None and high - low > 2 else 3


def fixed(value: float | None, digits: int) -> str:
    # Adding zero turns -0.0 into 0.0.
    return DASH if value is None else f"{round(value, digits) + 0.0:.{digits}f}"


def signed(value: float | None, digits: int) -> str:
    return DASH if value is None else f"{round(value, digits) + 0.0:+.{digits}f}"


def limits(interval: Interval | None, digits: int) -> str:
    """Return "[2.39, 2.51]", or nothing where there is no interval."""
    if interval is None or interval.low is None:
        return ""
    return f"[{fixed(interval.low, digits)}, {fixed(interval.high, digits)}]"


def margin(interval: Interval | None, digits: int) -> str:
    """Return "±0.06", the larger side of the interval, or nothing where there is none."""
    if interval is None or interval.low is None or interval.high is None:
        return ""
    return f"±{max(interval.mean - interval.low, interval.high - interval.mean):.{digits}f}"


def parameters(count: int | None) -> str:
    return _scaled(count, (" M", " k", ""))


def macs(count: float | None) -> str:
    return _scaled(count, (" G", " M", " k", ""))


def file_size(count: int | None) -> str:
    return _scaled(count, (" MB", " kB", " B"))


def _scaled(count: float | None, units: Sequence[str]) -> str:
    """Return three digits and the largest of the units, a thousand of each other, that gives 1 or more."""
    if count is None:
        return DASH
    for power, unit in zip(range(len(units) - 1, 0, -1), units, strict=False):
        if count >= 0.9995 * 1000**power:
            return f"{_three_digits(count / 1000**power)}{unit}"
    return f"{count:.0f}{units[-1]}"


def _three_digits(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def one_digit(value: float | None) -> str:
    """Return one digit behind the point where there are few before it."""
    return fixed(value, 1 if value is not None and value < 9.95 else 0)


def duration(seconds: float | None) -> str:
    if seconds is None:
        return DASH
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def real_time_factor(factor: float | None) -> str:
    if factor is None:
        return DASH
    return "<0.001" if factor < 0.001 else f"{factor:#.2g}" if factor < 10 else f"{factor:.0f}"


def rank(row: Row) -> str:
    return DASH if row.rank is None else str(row.rank)


def name(row: Row) -> str:
    return f"{row.system} (bound)" if row.kind == "bound" else row.system


def best(rows: Sequence[Row], measure: Measure) -> set[str]:
    """Return the systems with the best mean of a group."""
    means = {
        row.system: cell.mean.mean
        for row in rows
        if row.kind == "system" and (cell := row.cells[measure.name]).mean is not None
    }
    if not means:
        return set()
    top = max(means.values()) if measure.higher_is_better else min(means.values())
    return {system for system, mean in means.items() if mean == top}
