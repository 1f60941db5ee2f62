"""Scores of two systems, made up, with what was planted in them."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from benchbox.gate.verdict import Verdict
from benchbox.records import Measure
from benchbox.results.record import Results

PESQ = Measure("pesq_nb", "MOS-LQO", bounds=(-0.5, 4.5))


STOI = Measure("stoi", bounds=(0.0, 1.0))


SI_SDR = Measure("si_sdr", "dB")


NSR = Measure("nsr", higher_is_better=False, bounds=(0.0, None))


MEASURES = (PESQ, STOI, SI_SDR, NSR)


TYPICAL = {"pesq_nb": (2.3, 0.4), "stoi": (0.85, 0.03), "si_sdr": (12.0, 2.0), "nsr": (0.06, 0.005)}


IDENTITIES = {name: {"library": "reference", "version": "1.0"} for name in TYPICAL}


Drops = Mapping[tuple[str, str], float]


def results(drops: Drops | None = None, *, jitter: float = 0.0, seed: int = 0, clips: int = 20) -> Results:
    """Return the scores of two systems on clips x three conditions; `drops` shifts (system, measure).

    `jitter` moves every score at random, in parts of the spread between clips: the mark of a new training.
    """
    rng, moved = np.random.default_rng(0), np.random.default_rng(seed)
    rows = []
    for condition in range(3):
        for clip in range(clips):
            for system in ("unet", "vqunet"):
                for measure, (mean, spread) in TYPICAL.items():
                    value = mean + spread * rng.normal() + (drops or {}).get((system, measure), 0.0)
                    rows.append(
                        {
                            "system": system,
                            "noise": f"noise{condition}",
                            "snr_db": 5.0,
                            "utterance": f"u{clip}",
                            "recording": f"r{clip}",
                            "speaker": None,
                            "mixture": f"{condition:06x}{clip:06x}",
                            "measure": measure,
                            "value": value + jitter * spread * moved.normal(),
                            "status": "ok",
                            "failure": None,
                        }
                    )
    return Results(pd.DataFrame(rows), MEASURES, identities=IDENTITIES)


def fail(results: Results, system: str, measure: str, count: int) -> Results:
    scores = results.scores.copy()
    where = scores.index[(scores["system"] == system) & (scores["measure"] == measure)][:count]
    scores.loc[where, "value"] = math.nan
    scores.loc[where, "status"] = "unscorable"
    scores.loc[where, "failure"] = "estimate is silent"
    return replace(results, scores=scores)


def found(verdict: Verdict) -> set[tuple[str, str]]:
    return {(each.system, each.measure.name) for each in verdict.regressions}


def shifted(results: Results, shifts: Mapping[str, float], system: str = "unet") -> Results:
    """Return the same with each noise's PESQ of a system shifted."""
    scores = results.scores
    there = (scores["system"] == system) & (scores["measure"] == "pesq_nb")
    change = scores["noise"].map(shifts).fillna(0.0).where(there, 0.0)
    return replace(results, scores=scores.assign(value=scores["value"] + change))


def by_speakers(results: Results, count: int) -> Results:
    clip = results.scores["utterance"].str[1:].astype(int)
    return replace(results, scores=results.scores.assign(speaker="s" + (clip % count).astype(str)))
