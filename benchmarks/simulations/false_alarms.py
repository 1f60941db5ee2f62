"""How often the gate fails when nothing got worse.

    PYTHONPATH=benchmarks python -m simulations.false_alarms 200

Every score of the candidate moves by chance, by a mean of zero over all speakers: 2 systems, 2 measures and 3
conditions are 4 hypotheses about pools and 12 about conditions. The changes are shared by all recordings of a
speaker (two fifths of the variance), by a speaker's recordings in one condition, by a recording in all
conditions, and by nothing (a fifth each). Prints a table in markdown: per cent of runs that fail, without
minimum effects (what the tests promise), by the pools alone, and with the default minimum effects. Numbers
of speakers may follow, for a part of the rows. Six minutes for 200 repetitions on one core.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from simulations.coverage import COUNTS, Floats, rate

from benchbox.gate.changes import IN_ONE_CONDITION, by_condition, pooled, smallest_effect
from benchbox.gate.verdict import Comparison, Verdict
from benchbox.records import Measure
from benchbox.results.clusters import clustering_of

MEASURES = {Measure("pesq_nb", "MOS-LQO"): (2.5, 0.1), Measure("si_sdr", "dB"): (10.0, 0.5)}
"""Measure -> (mean, size of the chance changes)."""
NO_MINIMUM = {measure.name: 0.0 for measure in MEASURES}
ALPHA = 0.05
SYSTEMS, CONDITIONS = 2, 3
LAYOUTS = 20
"""Draws of how many recordings each speaker has; the repetitions take them in turn."""

Draw = Callable[[np.random.Generator, int], Floats]
SHAPES: dict[str, Draw] = {
    "normal": lambda rng, count: rng.normal(size=count),
    "exponential": lambda rng, count: rng.exponential(size=count) - 1,
}
SIZES: dict[str, Draw] = {
    "4": lambda rng, count: np.full(count, 4),
    "1-12": lambda rng, count: rng.geometric(0.25, count).clip(1, 12),
}


def unmoved(recordings: Sequence[int]) -> pd.DataFrame:
    """Return pairs of scores of so many recordings of each speaker, with their clusters."""
    speaker = np.repeat(np.arange(len(recordings)), recordings)
    rows = [
        (f"system-{system}", measure.name, f"noise-{condition}", 5.0, str(recording), str(by), mean)
        for system in range(SYSTEMS)
        for measure, (mean, _) in MEASURES.items()
        for condition in range(CONDITIONS)
        for recording, by in enumerate(speaker)
    ]
    columns = ["system", "measure", "noise", "snr_db", "recording", "speaker", "value"]
    pairs = pd.DataFrame(rows, columns=columns)
    return pairs.assign(cluster=clustering_of(pairs, least=1).labels).drop(columns=["recording", "speaker"])


def changes(recordings: Sequence[int], draw: Draw, rng: np.random.Generator) -> Floats:
    """Return a change for each row of `unmoved`."""
    speaker = np.repeat(np.arange(len(recordings)), recordings)
    parts = []
    for _ in range(SYSTEMS):
        for _, size in MEASURES.values():
            by_speaker, by_recording = draw(rng, len(recordings))[speaker], draw(rng, speaker.size)
            for _ in range(CONDITIONS):
                here = draw(rng, len(recordings))[speaker] + by_recording + draw(rng, speaker.size)
                parts.append(size * (np.sqrt(0.4) * by_speaker + np.sqrt(0.2) * here))
    found: Floats = np.concatenate(parts)
    return found


def judged(pairs: pd.DataFrame, change: Floats) -> Verdict:
    """Return what `compare` makes of these pairs, without minimum effects."""
    measures = {measure.name: measure for measure in MEASURES}
    pairs = pairs.assign(change=change, value_now=pairs["value"] + change)
    pools, conditions = (
        tuple(test(pairs, measures, NO_MINIMUM, ALPHA, 0)) for test in (pooled, by_condition)
    )
    return Verdict(pools, (), (), (), ALPHA, conditions)


def with_minimum(comparison: Comparison) -> Comparison:
    times = IN_ONE_CONDITION if comparison.condition else 1
    return replace(comparison, min_effect=times * smallest_effect(comparison.measure, comparison.before))


def failures(verdict: Verdict) -> tuple[bool, bool, bool]:
    """Say whether it fails, does so by its pools alone, and does so with the default minimum effects."""
    usual = replace(
        verdict,
        comparisons=tuple(map(with_minimum, verdict.comparisons)),
        conditions=tuple(map(with_minimum, verdict.conditions)),
    )
    return (
        bool(verdict.regressions),
        bool(replace(verdict, conditions=()).regressions),
        bool(usual.regressions),
    )


def main(repetitions: int, counts: Sequence[int]) -> None:
    print("| speakers | recordings each | changes | fails | by pools alone | with minimum effects |")
    print("| --- | --- | --- | --- | --- | --- |")
    for count in counts:
        for name, sizes in SIZES.items():
            rng = np.random.default_rng(count)
            layouts = [sizes(rng, count).astype(int).tolist() for _ in range(LAYOUTS)]
            tables = [unmoved(layout) for layout in layouts]
            for shape, draw in SHAPES.items():
                found = np.zeros(3, dtype=int)
                for repetition in range(repetitions):
                    number = repetition % LAYOUTS
                    change = changes(layouts[number], draw, rng)
                    found += failures(judged(tables[number], change))
                cells = " | ".join(rate(int(hits), repetitions) for hits in found)
                print(f"| {count} | {name} | {shape} | {cells} |", flush=True)


if __name__ == "__main__":
    repetitions, *counts = map(int, sys.argv[1:] or ["200"])
    main(repetitions, counts or COUNTS)
