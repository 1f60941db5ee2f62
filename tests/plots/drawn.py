"""Tables of scores, made up, sounds, and the size of a picture."""

import struct
from pathlib import Path

import numpy as np
import pandas as pd

from benchbox.leaderboard import leaderboard
from benchbox.leaderboard.table import Table
from benchbox.plots import curve_groups
from benchbox.records import Measure, Samples
from benchbox.results.record import Results, SystemFacts

MEASURES = (Measure("stoi", bounds=(0.0, 1.0)), Measure("si_sdr", "dB"))


SYSTEMS = {
    **dict.fromkeys(("noisy", "a", "spectral_sub(over=3.0, floor=0.02)"), SystemFacts()),
    "oracle_mask": SystemFacts(oracle=True),
}


def scores(noises: int, snrs: tuple[float, ...] = (-5.0, 5.0)) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "system": system,
            "noise": f"noise{noise}",
            "snr_db": snr_db,
            "utterance": f"u{clip}",
            "recording": f"r{clip}",
            "speaker": None,
            "mixture": f"{noise}-{snr_db}-{clip}",
            "measure": measure.name,
            "value": 0.5 + 0.02 * snr_db + 0.05 * rng.normal() if snr_db == snr_db else 0.5,
            "status": "ok",
            "failure": None,
            "delay_samples": 0.0,
            "gain_db": 0.0,
            "polarity": 1.0,
        }
        for noise in range(noises)
        for snr_db in snrs
        for clip in range(6)
        for system in SYSTEMS
        for measure in MEASURES
    )


def table(scores: pd.DataFrame) -> Table:
    return leaderboard(Results(scores, MEASURES, SYSTEMS), by=curve_groups(scores))


def tone(frequency: float = 1000.0, seconds: float = 1.0, sample_rate: int = 8000) -> Samples:
    time = np.arange(int(seconds * sample_rate)) / sample_rate
    return (0.5 * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def size(png: Path) -> tuple[int, int]:
    content = png.read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    return width, height
