"""Whether the clean and the noisy sides of a paired corpus were given the wrong way round."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from benchbox.errors import BadCorpus
from benchbox.interfaces import Corpus
from benchbox.records import Entry, Samples

Levels = NDArray[np.float64]

PAIRS = 16
"""So many, spread over the corpus, are listened to."""
FRAME_SECONDS = 0.032
FLOOR, LOUD = 10, 95
"""Percentiles of the levels of frames: pauses, and speech."""
SILENT_DB = -100.0
MARGIN_DB = 0.5


def refuse_swapped(corpus: Corpus, entries: Sequence[Entry]) -> None:
    """Check that of most pairs the clean side is the cleaner one.

    Noise raises the level of pauses more than that of speech: the side where the two lie closer together is
    the noisier one. Pairs that cannot be read are passed over, their rows say why.

    Raises:
        BadCorpus: in most pairs it is the clean side.
    """
    if corpus.holds != "pairs":
        return
    chosen = [
        entries[index] for index in np.linspace(0, len(entries) - 1, min(PAIRS, len(entries)), dtype=int)
    ]
    swapped = []
    for entry in chosen:
        with suppress(Exception):  # A stranger's corpus may raise anything.
            utterance = corpus.load(entry)
            if utterance.noisy is not None:
                clean, noisy = (
                    _levels_db(side, utterance.sample_rate) for side in (utterance.samples, utterance.noisy)
                )
                # What the noisy side alone lacks was lost, as packets are: silence without noise is no pause.
                there = (noisy > SILENT_DB) | (clean <= SILENT_DB)
                swapped.append(_contrast_db(clean[there]) < _contrast_db(noisy[there]) - MARGIN_DB)
    if swapped and sum(swapped) > len(swapped) / 2:
        raise BadCorpus(
            f"clean and noisy seem to be swapped: the clean side is the noisier one in {sum(swapped)} of "
            f"{len(swapped)} pairs looked at; give them the other way round"
        )


def _levels_db(samples: Samples, sample_rate: int) -> Levels:
    """Return the level of each frame, silence at SILENT_DB."""
    frame = round(FRAME_SECONDS * sample_rate)
    count = samples.size // frame
    powers = np.square(samples[: count * frame].reshape(count, frame), dtype=np.float64).mean(axis=1)
    levels: Levels = np.maximum(10 * np.log10(np.maximum(powers, 1e-30)), SILENT_DB)
    return levels


def _contrast_db(levels: Levels) -> float:
    """Return how far speech lies above pauses."""
    if not levels.size:
        return 0.0
    floor, loud = np.percentile(levels, [FLOOR, LOUD])
    return float(loud - floor)
