"""How often the gate fails when nothing got worse: `python benchmarks/simulations/false_alarms.py 300`.

Every score of the candidate moves by chance, by a mean of zero: 4 systems, 4 measures, 5 conditions, two
clips a recording. Prints per cent of runs. Five minutes for 300 repetitions on one core.
"""

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchbox.gate.compare import compare
from benchbox.records import Measure
from benchbox.results.record import Results

MEASURES = {
    Measure("pesq_nb", "MOS-LQO"): (2.5, 0.1),
    Measure("stoi"): (0.85, 0.01),
    Measure("si_sdr", "dB"): (10.0, 0.5),
    Measure("nsr", higher_is_better=False): (0.15, 0.01),
}
"""Measure -> (mean, size of the chance changes)."""
SYSTEMS, CONDITIONS, CLIPS = 4, 5, 2

Draw = Callable[[int], NDArray[np.float64]]


def baseline(recordings: int) -> pd.DataFrame:
    rows = [
        {
            "system": f"system-{system}",
            "noise": "white",
            "snr_db": float(condition),
            "utterance": f"{recording}-{clip}",
            "recording": str(recording),
            "speaker": None,
            "mixture": f"{condition}-{recording}-{clip}",
            "measure": measure.name,
            "value": mean,
            "status": "ok",
            "failure": None,
        }
        for system in range(SYSTEMS)
        for measure, (mean, _) in MEASURES.items()
        for condition in range(CONDITIONS)
        for recording in range(recordings)
        for clip in range(CLIPS)
    ]
    return pd.DataFrame(rows)


def moved(scores: pd.DataFrame, draw: Draw, recordings: int) -> pd.DataFrame:
    """Return the scores after changes that the clips of a recording share by half."""
    changes = np.empty(len(scores))
    sizes = {measure.name: size for measure, (_, size) in MEASURES.items()}
    for (_, measure), rows in scores.groupby(["system", "measure"], sort=False):
        shared = draw(recordings)[rows["recording"].astype(int)]
        changes[rows.index] = sizes[str(measure)] * np.sqrt(0.5) * (shared + draw(len(rows)))
    return scores.assign(value=scores["value"] + changes)


def main(repetitions: int) -> None:
    measures = tuple(MEASURES)
    strictest = {measure.name: 0.0 for measure in measures}
    for recordings in (12, 20):
        before = Results(baseline(recordings), measures)
        rng = np.random.default_rng(1)
        shapes: dict[str, Draw] = {
            "normal": lambda count: rng.normal(size=count),  # noqa: B023 - used within the iteration
            "exponential": lambda count: rng.exponential(size=count) - 1,  # noqa: B023
        }
        for name, draw in shapes.items():
            fails = fails_strictly = 0
            for _ in range(repetitions):
                after = Results(moved(before.scores, draw, recordings), measures)
                fails += compare(before, after).exit_code
                fails_strictly += compare(before, after, strictest).exit_code
            print(
                f"{recordings} recordings, {name}: {100 * fails / repetitions:.1f} % fail, "
                f"{100 * fails_strictly / repetitions:.1f} % without minimum effects",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
