"""Tables and verdicts, made up, and how a terminal shows them."""

from dataclasses import replace
from io import StringIO
from typing import Any

from rich.console import Console

from benchbox.gate.verdict import Comparison, NewFailures, Verdict
from benchbox.leaderboard.table import Cell, Group, Output, Row, Spread, Table
from benchbox.records import Cost, Measure
from benchbox.results.statistics import Interval

PESQ = Measure("pesq_nb", bounds=(-0.5, 4.5))


STOI = Measure("stoi", bounds=(0.0, 1.0))


SI_SDR = Measure("si_sdr", "dB")


NSR = Measure("nsr", higher_is_better=False, bounds=(0.0, None))


MEASURES = (PESQ, STOI, SI_SDR, NSR)


MEANS = {
    "noisy": (1.6, 0.82, 5.0, 0.3),
    "vqunet": (2.4321, 0.862, 12.9, 0.058),
    "spectral_sub(over=3.0, floor=0.02)": (1.9, 0.83, 9.0, 0.15),
    "oracle_mask": (3.6, 0.97, 18.0, 0.01),
}


IN_PLACE = Output(Spread(0.0, 0.0), Spread(-0.4, 0.2), 1.0)


NOTHING = Output(None, None, None)


LATE = Output(Spread(160.0, 0.0), Spread(-20.04, 0.3), -1.0)


NETWORK = Cost(
    parameters=512_345,
    macs_per_second_network=1.2e9,
    macs_per_second_total=1.31e9,
    macs_coverage="counted convolution; not counted relu",
    real_time_factor_p50=0.0134,
    real_time_factor_p95=0.0182,
    algorithmic_delay_ms=31.6,
    checkpoint_bytes=2_100_000,
    peak_memory_mb=217.4,
)


WITHOUT_TORCH = Cost(None, None, None, None, 0.0061, 0.0069, None, None, 7.02)


COSTS = {"noisy": WITHOUT_TORCH, "vqunet": NETWORK, "spectral_sub(over=3.0, floor=0.02)": WITHOUT_TORCH}


NOTES = ("95% intervals, 3 of 4 & more.", "vqunet | unet are tied.")


def cell(mean: float, delta: float | None, width: float) -> Cell:
    interval = None if delta is None else Interval(delta, delta - width / 2, delta + width / 2)
    return Cell(Interval(mean, mean - width, mean + width), interval, 20, 20, 0)


def row(system: str, group: Group = (), measures: tuple[Measure, ...] = MEASURES) -> Row:
    widths = (0.06, 0.008, 0.5, 0.004)
    deltas = [
        None if system == "noisy" else a - b for a, b in zip(MEANS[system], MEANS["noisy"], strict=True)
    ]
    cells = [cell(*values) for values in zip(MEANS[system], deltas, widths, strict=True)]
    return Row(
        group=group,
        system=system,
        kind={"noisy": "reference", "oracle_mask": "bound"}.get(system, "system"),  # type: ignore[arg-type]
        rank={"vqunet": 1, "spectral_sub(over=3.0, floor=0.02)": 2}.get(system),
        cells={measure.name: cells[number % 4] for number, measure in enumerate(measures)},
        n_ok=20,
        n_failed=0,
        parameters=512_345 if system == "vqunet" else None,
        real_time_factor=0.0213,
        output=IN_PLACE,
        training_seconds=480.0 if system == "vqunet" else None,
        cost=None,
    )


def table(
    groups: tuple[Group, ...] = ((),), by: tuple[str, ...] = (), measures: tuple[Measure, ...] = MEASURES
) -> Table:
    rows = tuple(row(system, group, measures) for group in groups for system in MEANS)
    return Table(by, measures, "pesq_nb", 0.95, rows, NOTES)


def without_scores() -> Table:
    empty = Cell(None, None, 0, 0, 4)
    one = Cell(Interval(1.5, None, None), None, 1, 1, 0)
    rows = (
        Row((), "noisy", "reference", None, {"stoi": one}, 1, 0, None, None, IN_PLACE, None, None),
        Row((), "broken", "system", None, {"stoi": empty}, 0, 4, None, None, NOTHING, None, None),
    )
    return Table((), (STOI,), "stoi", 0.95, rows, ())


def with_facts(shape: Table, *, costs: bool = True, late: str = "vqunet") -> Table:
    rows = [
        replace(
            row,
            cost=COSTS.get(row.system) if costs else None,
            output=LATE if row.system == late else row.output,
        )
        for row in shape.rows
    ]
    return replace(shape, rows=tuple(rows))


GROUPED = table(groups=(("white", -5.0), ("car", None)), by=("noise", "snr"))


def shown(renderable: Any, width: int) -> str:
    console = Console(width=width, file=StringIO(), record=True)
    console.print(renderable)
    return console.export_text()


def line_of(text: str, system: str, after: str) -> str:
    """Return the line that starts with a system, of what follows a heading."""
    (line, *_) = (line for line in text[text.index(after) :].splitlines() if system in line)
    return line


def verdict() -> Verdict:
    worse = Comparison(
        "vqunet", PESQ, 2.4, 2.3, Interval(-0.1, -0.13, -0.08), 0.002, 0.05, 0.03, 60, True, True
    )
    better = Comparison(
        "unet", NSR, 0.06, 0.05, Interval(-0.01, -0.012, -0.008), 0.01, 0.003, float("inf"), 60, True, True
    )
    same = Comparison("unet", STOI, 0.85, 0.85, Interval(0.0, 0.0, 0.0), 1.0, 0.005, 0.0, 60, False, False)
    failures = NewFailures("unet", "stoi", 3, 60, "estimate is silent")
    return Verdict(
        (worse, better, same), (failures,), ("system wiener",), ("systems not in the baseline: gate",), 0.05
    )
