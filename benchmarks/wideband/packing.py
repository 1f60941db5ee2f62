"""A part of the audio small enough to be carried to another machine, in the same layout."""

import csv
import shutil
from pathlib import Path

from wideband.recordings import Recording, load


def pack(audio: Path, cache: Path, out: Path, mebibytes: float) -> float:
    """Copy what is worth most for its size into OUT, all noise first; return how many MiB that is.

    What is held out of training goes along, so that the judge hears the same everywhere.
    """
    left = mebibytes * 2**20
    chosen: set[str] = set()
    for entry in sorted(load(cache).entries, key=_worth, reverse=True):
        size = (audio / entry.name).stat().st_size
        if size <= left:
            left -= size
            chosen.add(entry.name)
            (out / entry.name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(audio / entry.name, out / entry.name)
    for folder in ("speech16k", "noise16k"):
        with (audio / folder / "metadata.csv").open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["path"] in chosen]
        with (out / folder / "metadata.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return mebibytes - left / 2**20


def _worth(entry: Recording) -> tuple[bool, float]:
    return not entry.speech or entry.held_out, entry.weight / entry.length
