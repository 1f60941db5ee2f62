"""Pairs of files for tests: speech-like sounds in white noise."""

from pathlib import Path

import numpy as np

from benchbox import audio
from benchbox.mixing import mix, stream
from benchbox.records import Samples
from benchbox.synthetic import speech_like


def clean_clip(number: int, rate: int = 8000, seconds: float = 1.5) -> Samples:
    rng = stream(number, "clean")
    length = round(seconds * rate)
    room = 1e-4 * rng.standard_normal(length)
    return (speech_like(length, rng, rate) + room).astype(np.float32)


def noisy_clip(clean: Samples, number: int, rate: int = 8000, snr_db: float = 5.0) -> Samples:
    noise = stream(number, "noise").standard_normal(clean.size).astype(np.float32)
    return mix(clean, noise, rate, snr_db).noisy


def write_pairs(
    folder: Path, count: int = 4, rate: int = 8000, *, subtype: str = "FLOAT", prefix: str = ""
) -> tuple[Path, Path]:
    """Write clean/NAME.wav and noisy/NAME.wav below a folder; return both sides."""
    clean_side, noisy_side = folder / "clean", folder / "noisy"
    for number in range(count):
        clean = clean_clip(number, rate)
        for side, samples in ((clean_side, clean), (noisy_side, noisy_clip(clean, number, rate))):
            file = side / f"{prefix}p{number}.wav"
            file.parent.mkdir(parents=True, exist_ok=True)
            audio.write(file, samples, rate, subtype)
    return clean_side, noisy_side
