"""How the systems' outputs relate to their inputs: delay, gain and polarity."""

import pandas as pd

from benchbox.leaderboard.table import Output, Spread

_MIDDLE = 0.90
"""Part of the clips that a spread covers: a few mistaken estimates do not show, real jitter does."""


def outputs_of(scores: pd.DataFrame) -> dict[str, Output]:
    """Return system -> its delay, gain and polarity, over all clips; each counts once for all measures."""
    clips = scores.drop_duplicates(["system", "mixture"])
    return {
        str(system): Output(
            _spread(rows["delay_samples"]), _spread(rows["gain_db"]), _mean(rows["polarity"].dropna())
        )
        for system, rows in clips.groupby("system")
    }


def _spread(values: "pd.Series[float]") -> Spread | None:
    known = values.dropna()
    if known.empty:
        return None
    low, high = known.quantile((1 - _MIDDLE) / 2), known.quantile((1 + _MIDDLE) / 2)
    return Spread(float(known.median()), float(high - low) / 2)


def _mean(values: "pd.Series[float]") -> float | None:
    return None if values.empty else float(values.mean())
