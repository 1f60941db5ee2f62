"""What weights were trained on, in a small file beside them: two words a second of each fingerprint.

A training writes it into its folder; benchmarks/trained_on.py makes it for weights that come from elsewhere,
and `Denoiser.trained_on` says where it lies: 6 bytes a word, 64 words a recording at most. Of speech,
two to three seconds are enough to find a recording again, also at another level and another sample rate.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchbox.checks.fingerprints import COMMON, HOP, SAMPLE_RATE, Fingerprint
from benchbox.checks.sounds import Heard, heard, noise_files, utterances
from benchbox.errors import BadRun, Damaged
from benchbox.files import atomic
from benchbox.interfaces import Corpus, Noise
from benchbox.recordings import name_of

FILE = "trained_on.npz"
BLOCK = 31
"""Frames, half a second, of which one word is kept: the one that changes least around it."""
MOST_WORDS = 64
"""Of one recording; blocks of longer ones are longer."""
LEAST_ALIKE, MOST_ALIKE = 3, 12
"""Words in a row that must be found again for two sounds to be one, and how many are compared."""
DIFFERING = 0.1
"""Share of their bits up to which two sounds are one.

On real speech 0.02 at most after a gain, resampling and a cut, from 0.15 on otherwise.
"""
_MOST_BYTES = 2**28
_ARRAYS: Mapping[str, type[np.generic]] = {
    "noise": np.bool_,
    "digests": np.uint64,
    "counts": np.uint32,
    "frames": np.uint32,
    "words": np.uint32,
}


@dataclass(frozen=True)
class TrainedOn:
    """What is kept of the recordings that weights have seen."""

    names: Sequence[str]
    noise: NDArray[np.bool_]
    """[recording]: noise, or else speech."""
    digests: NDArray[np.uint64]
    """[recording]: of the samples as they were read."""
    counts: NDArray[np.uint32]
    """[recording]: words that are kept."""
    frames: NDArray[np.uint32]
    """[word]: where in its recording."""
    words: NDArray[np.uint32]
    """[word]: one recording after another."""

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where the words of each recording start, and where those of the last end."""
        return np.concatenate([[0], np.cumsum(self.counts, dtype=np.int64)])

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """What sorts the words."""
        return np.argsort(self.words, kind="stable")

    def of(self, *, noise: bool) -> "TrainedOn":
        """Return the part that is noise, or speech."""
        chosen = self.noise == noise
        kept = np.repeat(chosen, self.counts)
        names = [name for name, is_chosen in zip(self.names, chosen, strict=True) if is_chosen]
        return TrainedOn(
            names,
            self.noise[chosen],
            self.digests[chosen],
            self.counts[chosen],
            self.frames[kept],
            self.words[kept],
        )


def kept_of(speech: Iterable[Heard], noise: Iterable[Heard]) -> TrainedOn:
    """Return what is to be kept of the recordings that something learns from."""
    names: list[str] = []
    kinds: list[bool] = []
    digests: list[int] = []
    frames: list[NDArray[np.intp]] = []
    words: list[NDArray[np.uint32]] = []
    for is_noise, sounds in ((False, speech), (True, noise)):
        for sound in sounds:
            chosen = _steadiest(sound.fingerprint)
            # Of a noise file, which folder of whose computer it lay in says too much.
            names.append(name_of("/".join(Path(sound.name).parts[-2:]) if is_noise else sound.name))
            kinds.append(is_noise)
            digests.append(_short(sound.digest))
            frames.append(chosen)
            words.append(sound.fingerprint.words[chosen])
    return TrainedOn(
        names,
        np.array(kinds, bool),
        np.array(digests, np.uint64),
        np.array([chosen.size for chosen in frames], np.uint32),
        np.concatenate([np.empty(0, np.uint32), *frames]).astype(np.uint32),
        np.concatenate([np.empty(0, np.uint32), *words]),
    )


def kept_of_training(corpus: Corpus, noises: Sequence[Noise]) -> TrainedOn:
    """Return what is to be kept of the train parts of a corpus and of noises. Reads all of them."""
    speech = utterances(corpus, corpus.entries("train"))
    return kept_of(heard(speech), heard(noise_files(noises, "train")))


def _steadiest(sound: Fingerprint) -> NDArray[np.intp]:
    """Return the frame of each block whose word is most like those around it: it survives most."""
    words = sound.words
    changes = np.bitwise_count(words[1:] ^ words[:-1]).astype(np.int64)
    unsteady = np.concatenate([changes, [32]]) + np.concatenate([[32], changes])
    unsteady[sound.quiet] = 1000
    length = max(BLOCK, -(-words.size // MOST_WORDS))
    blocks = np.pad(unsteady, (0, -unsteady.size % length), constant_values=1000).reshape(-1, length)
    chosen = blocks.argmin(axis=1) + length * np.arange(len(blocks))
    kept: NDArray[np.intp] = chosen[blocks.min(axis=1) < 1000]
    return kept


def _short(digest: str) -> int:
    return int(digest[:16], 16)


# ---------------------------------------------------------------------------------------------- finding again


class Seen(NamedTuple):
    """A recording that weights were trained on and that is, holds, or is a part of a sound."""

    name: str
    detail: str
    same_samples: bool


def find_seen(sound: Heard, known: TrainedOn) -> Iterator[Seen]:
    """Yield the recordings among `known` that a sound is, or is a part of, or that are in it."""
    found = set(np.flatnonzero(known.digests == np.uint64(_short(sound.digest))).tolist())
    for recording in sorted(found):
        yield Seen(known.names[recording], "the same samples", True)
    for recording, diagonal in _alignments(sound.fingerprint, known):
        if recording in found:
            continue
        differing = _differing(sound.fingerprint, known, recording, diagonal)
        if differing <= DIFFERING:
            found.add(recording)
            seconds = -diagonal * HOP / SAMPLE_RATE
            detail = f"the same sound {seconds:+.2f} s apart, {differing:.0%} of their bits differ"
            yield Seen(known.names[recording], detail, False)


def _alignments(sound: Fingerprint, known: TrainedOn) -> Iterator[tuple[int, int]]:
    """Yield (recording, frame in the sound less frame in it) where words are equal, where most are first."""
    ordered = known.words[known.order]
    first = np.searchsorted(ordered, sound.words, "left")
    count = np.searchsorted(ordered, sound.words, "right") - first
    count[(count > COMMON) | sound.quiet] = 0
    here = np.repeat(np.arange(count.size), count)
    # Runs first[i], first[i] + 1, ... first[i] + count[i] - 1, one after another.
    run = np.arange(here.size) - np.repeat(np.cumsum(count) - count, count)
    there = known.order[np.repeat(first, count) + run]
    recording = np.searchsorted(known.starts, there, "right") - 1
    diagonal = here - known.frames[there].astype(np.int64)
    found, hits = np.unique(np.stack([recording, diagonal]), axis=1, return_counts=True)
    for number in np.argsort(-hits, kind="stable"):
        yield int(found[0, number]), int(found[1, number])


def _differing(sound: Fingerprint, known: TrainedOn, recording: int, diagonal: int) -> float:
    """Return the share of bits that differ where the words in a row are most alike; 1.0 of too few."""
    part = slice(known.starts[recording], known.starts[recording + 1])
    places = known.frames[part].astype(np.int64) + diagonal
    inside = (places >= 0) & (places < sound.words.size)
    # Silence is like any other silence.
    inside[inside] &= ~sound.quiet[places[inside]]
    wrong = np.bitwise_count(sound.words[places[inside]] ^ known.words[part][inside]).astype(np.int64)
    length = min(MOST_ALIKE, wrong.size)
    if length < LEAST_ALIKE:
        return 1.0
    sums = np.convolve(wrong, np.ones(length, np.int64), "valid")
    least: float = sums.min() / (32 * length)
    return least


# ------------------------------------------------------------------------------------------------ on the disk


def write_trained_on(path: Path, known: TrainedOn) -> None:
    """Write a file that holds numbers and names, nothing that runs; the same content gives the same bytes."""
    content = io.BytesIO()
    np.savez_compressed(
        content,
        names=np.frombuffer("\n".join(name.replace("\n", " ") for name in known.names).encode(), np.uint8),
        **{name: getattr(known, name) for name in _ARRAYS},
    )
    with atomic(path) as temporary:
        temporary.write_bytes(content.getvalue())


def read_trained_on(path: Path) -> TrainedOn:
    """Read what `write_trained_on` wrote.

    Raises:
        BadRun: the file is missing or cannot be read.
        Damaged: it is something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
                raise ValueError(f"it would take more than {_MOST_BYTES} bytes")
        with np.load(path, allow_pickle=False) as arrays:
            known = TrainedOn(
                arrays["names"].tobytes().decode().split("\n") if arrays["names"].size else [],
                *(_vector(arrays[name], kind) for name, kind in _ARRAYS.items()),
            )
    except OSError as error:
        raise BadRun(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise Damaged(f"{path} is damaged: {error}") from None
    recordings = {len(known.names), known.noise.size, known.digests.size, known.counts.size}
    if len(recordings) > 1 or not known.words.size == known.frames.size == known.counts.sum(dtype=np.uint64):
        raise Damaged(f"{path} is damaged: its parts do not belong together")
    return known


def _vector(array: NDArray[Any], kind: type[np.generic]) -> NDArray[Any]:
    if array.dtype != kind or array.ndim != 1:
        raise ValueError(f"it holds {array.dtype} in {array.ndim} dimensions, not {kind.__name__} [n]")
    return array
