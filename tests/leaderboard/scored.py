"""Scores of a few systems, made up, and the table of them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchbox.leaderboard import leaderboard
from benchbox.leaderboard.table import Cell, Row, Table
from benchbox.records import Measure
from benchbox.results.record import Results, Setting, SystemFacts

PESQ = Measure("pesq_nb", bounds=(-0.5, 4.5))


STOI = Measure("stoi", bounds=(0.0, 1.0))


NSR = Measure("nsr", higher_is_better=False, bounds=(0.0, None))


Values = Sequence[float | None]


def score(
    values: Mapping[str, Mapping[str, Values]], noise: str = "white", snr_db: float = 5.0
) -> pd.DataFrame:
    """Return scores of {system: {measure: one value a clip}}; None is a failed one."""
    return pd.DataFrame(
        {
            "system": system,
            "noise": noise,
            "snr_db": snr_db,
            "utterance": f"u{clip}",
            "recording": f"r{clip}",
            "speaker": None,
            "mixture": f"{noise}-{snr_db}-{clip}",
            "measure": measure,
            "value": math.nan if value is None else value,
            "status": "unscorable" if value is None else "ok",
            "failure": "reference is silent" if value is None else None,
            "delay_samples": 0.0,
            "gain_db": 0.0,
            "polarity": 1.0,
        }
        for system, by_measure in values.items()
        for measure, clips in by_measure.items()
        for clip, value in enumerate(clips)
    )


def table(scores: pd.DataFrame, *measures: Measure, **options: Any) -> Table:
    setting = Setting("spoken", ("white",), (5.0,), "active", options.pop("seed", 0), None, False)
    held = {name: options.pop(name) for name in ("systems", "timings") if name in options}
    return leaderboard(Results(scores, measures or (PESQ,), setting=setting, **held), **options)


def unknown(*systems: str) -> dict[str, SystemFacts]:
    return dict.fromkeys(systems, SystemFacts())


def row(table: Table, system: str) -> Row:
    (found,) = (row for row in table.rows if row.system == system)
    return found


def cell(table: Table, system: str, measure: str = "pesq_nb") -> Cell:
    return row(table, system).cells[measure]


def clips(level: float, count: int = 20, seed: int = 0) -> list[float]:
    common = np.random.default_rng(0).normal(0, 0.3, count)
    own = np.random.default_rng(seed).normal(0, 0.05, count)
    return [float(value) for value in level + common + own]


def three_systems() -> pd.DataFrame:
    return score(
        {
            "slow": {"pesq_nb": clips(2.0, seed=1)},
            "good": {"pesq_nb": clips(2.5, seed=2)},
            "noisy": {"pesq_nb": clips(1.5, seed=3)},
        }
    )
