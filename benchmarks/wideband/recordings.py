"""Training recordings, decoded once: samples in one file, and what is known of each in another."""

import csv
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

SAMPLES, INDEX = "samples.int16", "index.json"
SAMPLE_RATE = 16000
HELD_OUT_SPEAKERS, HELD_OUT_NOISES = 0.05, 0.10
CLEAN_DB, DIRTY_DB = 40.0, 22.0
"""Speech above the first counts fully, below the second not at all."""
ONE_VOICE = 0.4
"""The weight of the two speakers with hours of their own: one voice should not be a tenth of all speech."""


@dataclass(frozen=True)
class Recording:
    """Where a recording lies in the samples, and how often it should be drawn."""

    name: str
    speech: bool
    group: str
    """The speaker, or the kind of noise."""
    start: int
    length: int
    snr_db: float
    """Estimated for speech: its active level over the level of its quietest tenth."""
    weight: float
    held_out: bool


@dataclass(frozen=True)
class Recordings:
    """All training recordings; the test parts are never read."""

    samples: NDArray[np.int16]
    entries: list[Recording]

    def chosen(self, *, speech: bool, held_out: bool) -> list[Recording]:
        return [
            entry
            for entry in self.entries
            if (entry.speech, entry.held_out) == (speech, held_out) and entry.weight > 0
        ]

    def read(self, entry: Recording, start: int = 0, length: int | None = None) -> NDArray[np.float32]:
        stop = entry.length if length is None else min(entry.length, start + length)
        raw = self.samples[entry.start + start : entry.start + stop]
        return raw.astype(np.float32) / np.float32(32768)


def decode(audio: Path, folder: Path) -> None:
    """Write the train parts of AUDIO/speech16k and AUDIO/noise16k into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    entries, start = [], 0
    with (folder / SAMPLES).open("wb") as file:
        for name, group, speech, source in _listed(audio):
            samples, sample_rate = soundfile.read(audio / name, dtype="float32")
            assert sample_rate == SAMPLE_RATE, name
            np.round(samples.clip(-1, 0.99997) * 32768).astype(np.int16).tofile(file)
            snr_db = estimated_snr_db(samples) if speech else 0.0
            if speech:
                weight = _speech_weight(samples.size, snr_db, source)
                held_out = _held_out(group, HELD_OUT_SPEAKERS)
            else:
                weight, held_out = samples.size**0.5, _held_out(name, HELD_OUT_NOISES)
            entries.append(Recording(name, speech, group, start, samples.size, snr_db, weight, held_out))
            start += samples.size
    (folder / INDEX).write_text(json.dumps([asdict(entry) for entry in entries], indent=1))


def load(folder: Path) -> Recordings:
    entries = [Recording(**entry) for entry in json.loads((folder / INDEX).read_text())]
    return Recordings(np.memmap(folder / SAMPLES, np.int16, "r"), entries)


def estimated_snr_db(samples: NDArray[np.float32]) -> float:
    """Return the level of the louder half of the frames over that of the quietest tenth."""
    frames = samples[: samples.size // 512 * 512].reshape(-1, 512)
    powers = np.sort(np.mean(frames.astype(np.float64) ** 2, axis=1)) + 1e-10
    tenth = max(1, len(powers) // 10)
    return float(10 * np.log10(powers[len(powers) // 2 :].mean() / powers[:tenth].mean()))


def _listed(audio: Path) -> Iterator[tuple[str, str, bool, str]]:
    for folder, column in (("speech16k", "speaker"), ("noise16k", "kind")):
        with (audio / folder / "metadata.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                if row["split"] == "train":
                    yield row["path"], row[column], column == "speaker", row["source"]


def _speech_weight(length: int, snr_db: float, source: str) -> float:
    quality = np.clip((snr_db - DIRTY_DB) / (CLEAN_DB - DIRTY_DB), 0, 1)
    return float(length * quality * (ONE_VOICE if source.startswith("rhasspy") else 1))


def _held_out(name: str, share: float) -> bool:
    """Decide by the name alone, so that more data leave what was decided as it is."""
    return zlib.crc32(name.encode()) % 1000 < 1000 * share
