"""Results -> the leaderboard of every noise and SNR that the page can be filtered by."""

from collections.abc import Iterator, Sequence
from typing import Any

from benchbox.leaderboard import Table, leaderboard
from benchbox.leaderboard.table import Cell, Row
from benchbox.results.record import Results
from benchbox.results.statistics import Interval

Json = dict[str, Any]


def tables_of(results: Results) -> list[Table]:
    """Return the leaderboard over all, then by noise, by SNR and by both where there are several of them."""
    first = results.scores.drop_duplicates(["noise", "snr_db"])
    noises = first["noise"].nunique() > 1
    snrs = first["snr_db"].nunique(dropna=False) > 1
    groupings: list[tuple[str, ...]] = [()]
    if noises:
        groupings.append(("noise",))
    if snrs:
        groupings.append(("snr",))
    if noises and snrs:
        groupings.append(("noise", "snr"))
    return [leaderboard(results, by=by) for by in groupings]


def views_of(tables: Sequence[Table], labels: Sequence[str]) -> list[Json]:
    """Return a record for each group of each table; a group that holds all noises says null for them.

    Args:
        labels: the systems, in the order in which cells are listed.
    """
    return [_view(table, group, rows, labels) for table in tables for group, rows in table.groups()]


def _view(table: Table, group: Sequence[Any], rows: Sequence[Row], labels: Sequence[str]) -> Json:
    places = dict(zip(table.by, group, strict=True))
    by_label = {row.system: row for row in rows}
    return {
        "noise": places.get("noise"),
        "snr": _level(places["snr"]) if "snr" in places else None,
        "cells": {
            measure.name: [_cell(by_label[label].cells[measure.name]) for label in labels]
            for measure in table.measures
        },
        "ranks": {table.primary: [by_label[label].rank for label in labels]},
        "scored": [[by_label[label].n_ok, by_label[label].n_failed] for label in labels],
    }


def _level(snr_db: float | None) -> float | str:
    """Return an SNR, or the word for the level of a noise that fixes its own."""
    return "own" if snr_db is None else snr_db


def _cell(cell: Cell) -> list[float | None] | None:
    """Return mean, low, high, then the same of the difference to noisy, then the number of mixtures."""
    if cell.mean is None:
        return None
    return [*limits_of(cell.mean), *limits_of(cell.delta), cell.n]


def limits_of(interval: Interval | None) -> Iterator[float | None]:
    """Give mean, low and high, to the digits that a page can show."""
    values = (None, None, None) if interval is None else (interval.mean, interval.low, interval.high)
    return (rounded(value) for value in values)


def rounded(value: float | None) -> float | None:
    """Return six significant digits; None where there is no finite number."""
    if value is None or value != value or abs(value) == float("inf"):
        return None
    return float(f"{value:.6g}")
