"""How the numbers of paper.py get into results/paper.md and results/paper.csv."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from benchbox.render.numbers import DASH, fixed, limits, signed
from benchbox.results.statistics import Interval

PAGE = Path(__file__).parent / "results" / "paper.md"
NUMBERS = PAGE.with_suffix(".csv")

METRICS = ("pesq_nb", "stoi", "nsr", "si_sdr")


PUBLISHED = {
    "noisy, as published": {"stoi": 0.248, "pesq_nb": 1.178, "nsr": 3.520},
    "denoised, as published": {"stoi": 0.852, "pesq_nb": 2.477, "nsr": 0.052},
    "noisy, the authors' audio": {"stoi": 0.92, "pesq_nb": 1.9, "si_sdr": 9.7},
    "denoised, the authors' audio": {"stoi": 0.93, "pesq_nb": 2.78, "si_sdr": 16.5},
}
"""Table I, and what the same measures give on the audio examples that the authors publish."""


@dataclass(frozen=True)
class Figure:
    """One number of the page: a mean with its interval where it was measured."""

    table: str
    system: str
    measure: str
    value: Interval
    clips: int | None = None
    clusters: int | None = None
    """Speakers, or recordings where they are not known: what the interval is over."""


def published() -> Iterator[Figure]:
    for system, figures in PUBLISHED.items():
        for measure, value in figures.items():
            yield Figure("published", system, measure, Interval(value, None, None))


COLUMNS: Mapping[str, tuple[str, int | None]] = {
    "pesq_nb": ("pesq_nb ↑", 2),
    "stoi": ("stoi ↑", 3),
    "nsr": ("nsr ↓", 3),
    "si_sdr": ("si_sdr ↑ (dB)", 1),
    "perplexity": ("perplexity", 1),
    "codebook_usage": ("codes in use", 3),
    "commitment_distance": ("commitment distance", None),
    "validation_loss": ("validation loss", 3),
    "parameters": ("parameters", 0),
    "training_seconds": ("seconds", 0),
}
TABLES = {
    "published": METRICS,
    "strangers": METRICS,
    "split": METRICS,
    "systems": METRICS,
    "effects": METRICS,
    "trainings": tuple(COLUMNS)[len(METRICS) :],
}


def write_numbers(figures: Sequence[Figure]) -> None:
    with NUMBERS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["table", "system", "measure", "value", "low", "high", "clips", "clusters"])
        for figure in figures:
            value = figure.value
            numbers = ["" if each is None else f"{each:.6g}" for each in (value.mean, value.low, value.high)]
            counts = [figure.clips or "", figure.clusters or ""]
            writer.writerow([figure.table, figure.system, figure.measure, *numbers, *counts])


def write_tables(figures: Sequence[Figure], titles: Mapping[str, str]) -> None:
    """Put each table between its marks, <!-- NAME --> and <!-- end -->."""
    page = PAGE.read_text()
    tables = {
        name: markdown([figure for figure in figures if figure.table == name], measures, titles)
        for name, measures in TABLES.items()
    }

    def filled(marks: re.Match[str]) -> str:
        return f"<!-- {marks[1]} -->\n\n{tables[marks[1]]}\n\n<!-- end -->"

    PAGE.write_text(re.sub(r"<!-- (\w+) -->\n.*?<!-- end -->", filled, page, flags=re.DOTALL))


def markdown(figures: Sequence[Figure], measures: Sequence[str], titles: Mapping[str, str]) -> str:
    systems: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        systems.setdefault(figure.system, {})[figure.measure] = figure
    lines = [
        [_title(system, titles), *(_cell(cells.get(measure)) for measure in measures), _counts(cells)]
        for system, cells in systems.items()
    ]
    headers = ["", *(COLUMNS[measure][0] for measure in measures), "clips / clusters"]
    grid: str = tabulate(lines, headers, tablefmt="github", disable_numparse=True)
    return grid


def _title(system: str, titles: Mapping[str, str]) -> str:
    change, _, base = system.partition(" - ")
    title = titles.get(change, change)
    return f"{title} less {titles.get(base, base)}" if base else title


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return DASH
    digits = COLUMNS[figure.measure][1]
    if digits is None:
        return f"{figure.value.mean:.1e}"
    write = signed if " - " in figure.system else fixed
    return f"{write(figure.value.mean, digits)} {limits(figure.value, digits)}".strip()


def _counts(cells: Mapping[str, Figure]) -> str:
    most = max(cells.values(), key=lambda figure: figure.clips or 0)
    return f"{most.clips} / {most.clusters}" if most.clips else DASH
