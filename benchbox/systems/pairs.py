"""Training pairs mixed on the fly from a corpus's train split."""

import warnings
from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from benchbox.audio import resample
from benchbox.checks.returned import checked_entries, checked_utterance
from benchbox.errors import BadAudio, BadCorpus, BadPlugin, Unscorable
from benchbox.interfaces import Corpus, Degradation, Noise, NoiseModel, Scene
from benchbox.mixing import active_level_db, rms_level_db, stream
from benchbox.records import Entry, Samples, Split, Utterance

EVEN_SECONDS = 8.0
"""Utterances are drawn in proportion to their length, longer ones as if they were this long."""
FLOOR_DB = 25.0
"""A crop this far below its utterance's active level is a pause: another is drawn."""
LEAST_SHARE = 0.1
TRIES = 500
"""Draws in a row that may fail before the corpus is to blame: it holds hardly anything but silence."""
VALIDATION_PAIRS = 32


class Speech(NamedTuple):
    """A decoded utterance and the level (dB of full scale, active speech) that its SNRs refer to."""

    samples: Samples
    level_db: float
    noisy: Samples | None = None
    """As it was recorded, where it was."""


class TrainingExamples:
    """Draw (clean, noisy) crops from the train split, a random noise at a random SNR each.

    Without noises, they are crops of the pairs that the corpus holds, as they were recorded.

    The SNR refers to the active level of the whole utterance, so it is defined for any crop. A validation
    part, whole speakers where they are known and whole recordings otherwise, is kept out of `draw`.
    Decoded audio is cached up to `cache_bytes`: memory does not grow with the corpus.

    Args:
        noises: (name, model) pairs, drawn alike.
        snrs_db: lowest and highest SNR, drawn uniformly.
        seed: decides the validation part and its pairs; `draw` takes its own generator.
        sample_rate: of the pairs; utterances at another rate are resampled.

    Raises:
        BadCorpus: the corpus has no train split, or nothing in it to hold out for validation.
    """

    def __init__(
        self,
        corpus: Corpus,
        noises: Sequence[tuple[str, Noise]],
        snrs_db: tuple[float, float],
        *,
        seed: int,
        sample_rate: int,
        validation_share: float = 0.08,
        cache_bytes: int = 512 * 2**20,
    ) -> None:
        self.sample_rate = sample_rate
        self._noises = noises
        self._snrs_db = snrs_db
        self._seed = seed
        self._validation_pairs: dict[int, list[tuple[Samples, Samples]]] = {}
        training, held_out = hold_out(
            checked_entries(corpus.entries("train"), type(corpus).__name__), validation_share, seed
        )
        self._training = _TrainingPart(corpus, training, sample_rate, cache_bytes)
        self._held_out = held_out

    def draw(self, length: int, rng: np.random.Generator) -> tuple[Samples, Samples]:
        """Return (clean, noisy), each float32 [length]; the same `rng` state gives the same pair.

        Raises:
            BadCorpus: the speech is silent throughout.
            BadPlugin: a noise model gives silence.
        """
        entries = self._training.entries("train")
        for _ in range(TRIES):
            entry = entries[int(rng.integers(len(entries)))]
            speech = self._training.speech(entry)
            # Rejection keeps a corpus of long and short utterances from being dominated by the short.
            share = speech.samples.size / (EVEN_SECONDS * self.sample_rate)
            if rng.random() > max(share, LEAST_SHARE):
                continue
            if (pair := self._pair(entry, length, rng)) is not None:
                return pair
        raise BadCorpus(f"{TRIES} draws in a row gave no speech: is the train split silent?")

    def validation(self, length: int) -> Sequence[tuple[Samples, Samples]]:
        """Return the same (clean, noisy) pairs on every call, float32 [length], up to 32 of them."""
        if length not in self._validation_pairs:
            pairs = []
            for entry in self._held_out[:VALIDATION_PAIRS]:
                rng = stream(self._seed, "validation", entry.id)
                crops = (self._pair(entry, length, rng) for _ in range(TRIES))
                pairs += list(islice(filter(None, crops), 1))
            if not pairs:
                raise BadCorpus("the part held out for validation is silent: choose another seed or corpus")
            self._validation_pairs[length] = pairs
        return self._validation_pairs[length]

    def _pair(self, entry: Entry, length: int, rng: np.random.Generator) -> tuple[Samples, Samples] | None:
        """Return a pair from this utterance; None if it, or the crop drawn from it, is silent."""
        speech = self._training.speech(entry)
        recorded = None
        if speech.noisy is not None and not self._noises:
            clean, recorded = crop(np.stack([speech.samples, speech.noisy]), length, rng)
        else:
            clean = crop(speech.samples, length, rng)
        if rms_level_db(clean) < speech.level_db - FLOOR_DB or np.isinf(speech.level_db):
            return None
        if recorded is not None:
            return clean, recorded
        name, model = self._noises[int(rng.integers(len(self._noises)))]
        snr_db = float(rng.uniform(*self._snrs_db))
        bound = model.bind(Scene(self._training, "train", entry))
        if isinstance(bound, Degradation):
            return bound.corrupt(clean, self.sample_rate, snr_db if bound.uses_snr else None, rng)
        if not isinstance(bound, NoiseModel):
            raise BadPlugin(f"noise {name!r} bound itself to a {type(bound).__name__}, not to a noise model")
        noise = bound.sample(length, self.sample_rate, rng)
        if not noise.any():
            raise BadPlugin(f"noise {name!r} gave silence: it cannot be scaled to an SNR")
        gain = 10 ** ((speech.level_db - rms_level_db(noise) - snr_db) / 20)
        return clean, clean + np.float32(gain) * noise


class _TrainingPart(Corpus):
    """Some utterances of a corpus, decoded ones kept: all that a noise model may borrow speech from.

    The least recently used are forgotten first.
    """

    def __init__(self, corpus: Corpus, entries: Sequence[Entry], sample_rate: int, cache_bytes: int) -> None:
        self._corpus = corpus
        self._entries = entries
        self._sample_rate = sample_rate
        self._free_bytes = cache_bytes
        self._speech: OrderedDict[str, Speech] = OrderedDict()

    def entries(self, split: Split) -> Sequence[Entry]:
        return self._entries if split == "train" else ()

    def load(self, entry: Entry) -> Utterance:
        speech = self.speech(entry)
        return Utterance(entry, speech.samples, self._sample_rate, speech.noisy)

    def speech(self, entry: Entry) -> Speech:
        if entry.id in self._speech:
            self._speech.move_to_end(entry.id)
            return self._speech[entry.id]
        speech = self._speech[entry.id] = self._decoded(entry)
        self._free_bytes -= _bytes(speech)
        while self._free_bytes < 0 and len(self._speech) > 1:
            _, forgotten = self._speech.popitem(last=False)
            self._free_bytes += _bytes(forgotten)
        return speech

    def _decoded(self, entry: Entry) -> Speech:
        try:
            utterance = checked_utterance(self._corpus.load(entry), entry, type(self._corpus).__name__)
        except (BadAudio, BadPlugin) as error:
            # One bad file among thousands is no reason to train on nothing.
            warnings.warn(f"left out of training: {error}", stacklevel=2)
            return Speech(np.zeros(1, np.float32), -np.inf)
        samples = resample(utterance.samples, utterance.sample_rate, self._sample_rate)
        noisy = None
        if utterance.noisy is not None:
            noisy = resample(utterance.noisy, utterance.sample_rate, self._sample_rate)
        try:
            return Speech(samples, active_level_db(samples, self._sample_rate), noisy)
        except Unscorable:
            return Speech(samples, -np.inf, noisy)


def _bytes(speech: Speech) -> int:
    return speech.samples.nbytes + (0 if speech.noisy is None else speech.noisy.nbytes)


def hold_out(entries: Sequence[Entry], share: float, seed: int) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """Split entries into (training, validation), keeping speakers, or else recordings, together.

    Raises:
        BadCorpus: there are not two speakers or recordings to tell apart.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.speaker or entry.recording, []).append(entry)
    if len(groups) < 2:
        raise BadCorpus(
            f"training needs 2 recordings or more in the train split, one of them to validate on; "
            f"this corpus has {len(groups)}: add recordings, or choose denoisers that are not trained"
        )
    smallest = min(map(len, groups.values()))
    wanted = max(smallest, round(share * len(entries)))
    held_out: list[Entry] = []
    names = list(groups)
    for index in stream(seed, "held out").permutation(len(names)):
        group = groups[names[index]]
        # A large group (speakers nobody labelled) must not swallow the training part.
        if len(held_out) + len(group) <= wanted:
            held_out += group
    kept = {entry.id for entry in held_out}
    return [entry for entry in entries if entry.id not in kept], held_out


def crop(samples: Samples, length: int, rng: np.random.Generator) -> Samples:
    """Return `length` samples [..., time] from a random place; what is shorter gets silence around it."""
    spare = samples.shape[-1] - length
    start = int(rng.integers(abs(spare) + 1))
    if spare >= 0:
        return samples[..., start : start + length]
    return np.pad(samples, [(0, 0)] * (samples.ndim - 1) + [(start, -spare - start)])
