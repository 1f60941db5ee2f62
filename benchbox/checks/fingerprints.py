"""Audio fingerprints: the same sound is found again after a gain, resampling or a cut.

After Haitsma & Kalker (2002): 32 bits every 16 ms, each telling whether the energy difference between two
neighbouring bands grew in the last 128 ms. An hour of audio takes 0.7 s of one core and 1 MB.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from benchbox.audio import resample
from benchbox.records import Samples

SAMPLE_RATE = 4000
"""Enough for the bands, 300 to 1900 Hz; everything is resampled to it."""
FRAME, HOP = 256, 64
SMOOTHING, STEP = 8, 8
"""Frames whose energies are added up, and frames between the two sums of which a bit tells the difference."""
EDGES = np.round(np.geomspace(300, 1900, 34) * FRAME / SAMPLE_RATE).astype(int)
QUIET = 1e-6
"""Energy relative to the loudest frame below which a frame's bits mean nothing."""

HITS = 3
"""Equal words that make two sounds worth a closer look."""
COMMON = 64
"""A word found this often tells nothing."""
LONGEST, SHORTEST = 125, 30
"""Frames that are compared, 2 s or as many as there are, and how many of them must be loud enough."""
DIFFERING = 0.14
"""Share of differing bits up to which two sounds are one.

On real speech 0.1 at most after a gain, resampling and a cut; from 0.18 on where one person repeats a
sentence; 0.3 and more otherwise.
"""


@dataclass(frozen=True)
class Fingerprint:
    """What is left of a sound: 32 bits a frame, uint32 [frame], and which frames are too quiet to tell."""

    words: NDArray[np.uint32]
    quiet: NDArray[np.bool_]


class Match(NamedTuple):
    """Where a sound lies in another."""

    sound: int
    """Which of the indexed ones."""
    seconds: float
    """Its time in there less its time in the sound that was looked up."""
    differing: float
    """Share of bits that differ where the two are most alike."""


def fingerprint(samples: Samples, sample_rate: int) -> Fingerprint:
    """Return the fingerprint of a sound of any length."""
    from scipy.fft import rfft

    low = resample(samples, sample_rate, SAMPLE_RATE)
    least = FRAME + (SMOOTHING + STEP) * HOP
    low = np.pad(low, (0, max(0, least - low.size)))
    frames = sliding_window_view(low, FRAME)[::HOP] * np.hanning(FRAME).astype(np.float32)
    spectrum = rfft(frames, axis=-1)[:, : EDGES[-1]]
    power = spectrum.real**2 + spectrum.imag**2
    # A running sum of running energies: in double precision, or a loud start would drown the rest.
    energy = np.cumsum(np.add.reduceat(power, EDGES[:-1], axis=1), axis=0, dtype=np.float64)
    bands = energy[SMOOTHING:] - energy[:-SMOOTHING]
    slopes = np.diff(bands, axis=1)
    bits = slopes[STEP:] > slopes[:-STEP]
    words = np.packbits(bits, axis=1).view(np.uint32)[:, 0]
    total = bands.sum(axis=1)
    return Fingerprint(words, np.minimum(total[STEP:], total[:-STEP]) <= QUIET * total.max())


class Index:
    """Sounds by their fingerprints."""

    def __init__(self, prints: Sequence[Fingerprint]) -> None:
        self._starts = np.cumsum([0, *(print.words.size for print in prints)])
        self._words = np.concatenate([np.empty(0, np.uint32), *(print.words for print in prints)])
        self._quiet = np.concatenate([np.empty(0, bool), *(print.quiet for print in prints)])
        self._order = np.argsort(self._words, kind="stable")
        self._sorted = self._words[self._order]

    def find(self, sought: Fingerprint) -> Iterator[Match]:
        """Yield the sounds that `sought` is in, or that are in it, or that share two seconds with it."""
        for sound, diagonal in self._candidates(sought):
            differing = self._differing(sought, sound, diagonal)
            if differing <= DIFFERING:
                seconds = float(diagonal - self._starts[sound]) * HOP / SAMPLE_RATE
                yield Match(sound, seconds, differing)

    def _candidates(self, sought: Fingerprint) -> list[tuple[int, int]]:
        """Return (sound, place in all words less place in `sought`): the likeliest alignment of each."""
        first = np.searchsorted(self._sorted, sought.words, "left")
        count = np.searchsorted(self._sorted, sought.words, "right") - first
        count[(count > COMMON) | sought.quiet] = 0
        here = np.repeat(np.arange(count.size), count)
        # Runs first[i], first[i] + 1, ... first[i] + count[i] - 1, one after another.
        run = np.arange(here.size) - np.repeat(np.cumsum(count) - count, count)
        there = self._order[np.repeat(first, count) + run]
        sound = np.searchsorted(self._starts, there, "right") - 1
        alignments, hits = np.unique(np.stack([sound, there - here]), axis=1, return_counts=True)
        likely = np.argsort(-hits, kind="stable")[: np.count_nonzero(hits >= HITS)]
        best: dict[int, int] = {}
        for number in likely:
            best.setdefault(int(alignments[0, number]), int(alignments[1, number]))
        return list(best.items())

    def _differing(self, sought: Fingerprint, sound: int, diagonal: int) -> float:
        """Return the share of differing bits in the window where two aligned sounds are most alike."""
        begin = max(int(self._starts[sound]), diagonal)
        end = min(int(self._starts[sound + 1]), diagonal + sought.words.size)
        length = min(LONGEST, end - begin)
        if length < SHORTEST:
            return 1.0
        there, here = slice(begin, end), slice(begin - diagonal, end - diagonal)
        # Silence is like any other silence.
        telling = ~(self._quiet[there] | sought.quiet[here])
        wrong = np.bitwise_count(self._words[there] ^ sought.words[here]) * telling
        frames = _running_sum(telling, length)
        bits = _running_sum(wrong, length)
        return float(np.where(frames < SHORTEST, 1.0, bits / np.maximum(32 * frames, 1)).min())


def _running_sum(values: NDArray[np.generic], length: int) -> NDArray[np.int64]:
    total = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
    sums: NDArray[np.int64] = total[length:] - total[:-length]
    return sums
