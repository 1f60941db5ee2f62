"""A run's kept sounds as the page carries them: Opus, a picture of the spectrum, a gain that levels."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from benchbox.records import Samples
from benchbox.render.escape import plain
from benchbox.report.pictures import RANGE_DB, peak_of, spectrum_picture
from benchbox.runs.folder import Run
from benchbox.runs.sounds import kept_mixtures, levelling_db, read_examples

OPUS = 0.9
"""libsndfile's compression level: some 32 kbit/s of speech at 8 kHz."""


@dataclass(frozen=True, eq=False)
class Clip:
    """One kept mixture: clean, noisy and every estimate, of one length."""

    folder: Path
    mixture: str | None
    """Its identity in the scores; None where it cannot be told."""
    title: str
    sounds: Mapping[str, Samples]
    sample_rate: int

    @property
    def reference(self) -> Samples:
        """Return what the others are brought to the level of: clean where it is known, or the first sound."""
        return self.sounds.get("clean", next(iter(self.sounds.values())))


def kept_clips(run: Run, labels: Mapping[str, str]) -> Iterator[Clip]:
    """Give what a run keeps to listen to.

    Args:
        labels: what the run calls a system -> what the page does; others are left out.
    """
    known = kept_mixtures(run)
    for name, sounds, sample_rate in read_examples(run):
        _, _, kept = name.partition("_")
        taken = {
            labels.get(label, label): samples
            for label, samples in sounds.items()
            # Silence is nothing to listen to.
            if label == "clean" or samples.any()
        }
        if not taken:
            continue
        yield Clip(run.audio_folder / name, known.get(name), kept, taken, sample_rate)


def encode_clips(clips: Sequence[Clip], most_bytes: int) -> tuple[list[dict[str, Any]], int]:
    """Return the clips as JSON can hold them, and how many were left out to stay under a size."""
    encoded: list[dict[str, Any]] = []
    size = 0
    with ThreadPoolExecutor() as pool:
        for place, clip in enumerate(clips):
            tracks = list(pool.map(_Encoder(clip), clip.sounds))
            size += sum(len(track["sound"]) + len(track["picture"]) for track in tracks)
            if size > most_bytes:
                return encoded, len(clips) - place
            encoded.append(
                {
                    "title": plain(clip.title),
                    "mixture": clip.mixture,
                    "rate": clip.sample_rate,
                    "seconds": len(clip.reference) / clip.sample_rate,
                    "range": RANGE_DB,
                    "tracks": tracks,
                }
            )
    return encoded, 0


class _Encoder:
    """Makes the tracks of one clip, all on one scale."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.clean = clip.reference
        self.white = peak_of(self.clean, clip.sample_rate)
        # A noisy sum may pass full scale, which Opus would clip: all are made quieter alike.
        self.scale = min(1.0, 0.98 / max(float(np.abs(each).max(initial=0)) for each in clip.sounds.values()))

    def __call__(self, label: str) -> dict[str, Any]:
        samples, rate = self.clip.sounds[label], self.clip.sample_rate
        return {
            "label": plain(label),
            "sound": b64encode(_opus(samples * np.float32(self.scale), rate)).decode(),
            "picture": b64encode(spectrum_picture(samples, rate, self.white)).decode(),
            "gain": round(levelling_db(samples, self.clean, rate), 2),
        }


def _opus(samples: Samples, sample_rate: int) -> bytes:
    import soundfile

    file = BytesIO()
    soundfile.write(file, samples, sample_rate, format="OGG", subtype="OPUS", compression_level=OPUS)
    return file.getvalue()
