"""A run's kept sounds as the page carries them: Opus, a picture of the spectrum, a gain that levels."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from benchbox.audio import write
from benchbox.files import atomic
from benchbox.records import Samples
from benchbox.render.escape import plain
from benchbox.report.pictures import RANGE_DB, peak_of, spectrum_picture
from benchbox.results.record import SILENCE
from benchbox.runs.folder import Run
from benchbox.runs.sounds import file_name, kept_mixtures, levelling_db, read_examples

OPUS = 0.9
"""libsndfile's compression level: some 32 kbit/s of speech at 8 kHz."""
_CACHE = ".encoded"
"""Below a run's audio/: encoding takes a hundred times as long as reading what was encoded."""
_VERSION = 1
"""Of the encoding: what another made is not taken."""


@dataclass(frozen=True, eq=False)
class Clip:
    """One kept mixture: clean, noisy and every estimate, of one length."""

    folder: Path
    mixture: str | None
    """Its identity in the scores; None where it cannot be told."""
    title: str
    sounds: Mapping[str, Samples]
    sample_rate: int
    cache: Path | None = None
    """Where encoded sounds are kept; None: nowhere."""

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
            # A system whose estimate is silent has to be shown: nothing to hear is what it gives.
            if label != SILENCE
        }
        if not taken:
            continue
        folder = run.audio_folder / name
        yield Clip(folder, known.get(name), kept, taken, sample_rate, run.audio_folder / _CACHE)


def write_wavs(clips: Sequence[Clip], folder: Path) -> list[dict[str, str]]:
    """Write the sounds as they are; return label -> file of each clip, as a page beside `folder` names it."""
    written = []
    for number, clip in enumerate(clips, start=1):
        _, _, title = clip.folder.name.partition("_")
        files = {}
        for label, samples in clip.sounds.items():
            path = folder / f"{number:02}_{title}" / f"{file_name(label)}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            # Float: a noisy sum may pass full scale.
            write(path, samples, clip.sample_rate, subtype="FLOAT")
            files[label] = path.relative_to(folder.parent).as_posix()
        written.append(files)
    return written


def encode_clips(
    clips: Sequence[Clip], most_bytes: int, files: Sequence[Mapping[str, str]] = ()
) -> tuple[list[dict[str, Any]], int]:
    """Return the clips as JSON can hold them, and how many were left out to stay under a size.

    Args:
        files: for each clip, label -> the file that the page leads to, where there is one.
    """
    encoded: list[dict[str, Any]] = []
    size = 0
    with ThreadPoolExecutor() as pool:
        for place, clip in enumerate(clips):
            tracks = list(pool.map(_Encoder(clip), clip.sounds))
            for label, track in zip(clip.sounds, tracks, strict=True):
                track["file"] = files[place][label] if files else None
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
            "sound": self._kept("opus", samples * np.float32(self.scale), lambda each: _opus(each, rate)),
            "picture": self._kept(
                "png", samples, lambda each: spectrum_picture(each, rate, self.white), self.white
            ),
            "gain": round(levelling_db(samples, self.clean, rate), 2),
        }

    def _kept(self, suffix: str, samples: Samples, make: Callable[[Samples], bytes], *more: float) -> str:
        """Return what is made of samples in base64; of the same samples it is made once."""
        text = f"{_VERSION} {suffix} {self.clip.sample_rate} {more}"
        name = sha256(text.encode() + np.ascontiguousarray(samples).tobytes()).hexdigest()
        file = self.clip.cache / f"{name[:32]}.{suffix}" if self.clip.cache else None
        if file is not None:
            with suppress(OSError):
                return b64encode(file.read_bytes()).decode()
        made = make(samples)
        if file is not None:
            # A run that cannot be written to is read all the same.
            with suppress(OSError), atomic(file) as temporary:
                temporary.write_bytes(made)
        return b64encode(made).decode()


def _opus(samples: Samples, sample_rate: int) -> bytes:
    import soundfile

    file = BytesIO()
    soundfile.write(file, samples, sample_rate, format="OGG", subtype="OPUS", compression_level=OPUS)
    return file.getvalue()
