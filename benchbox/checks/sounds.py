"""The sounds of a corpus and of noises, read one after the other and reduced to what tells them apart."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from benchbox.audio import read
from benchbox.checks.fingerprints import Fingerprint, fingerprint
from benchbox.interfaces import Corpus, Noise
from benchbox.records import Entry, Samples, Split


class Sound(NamedTuple):
    """A sound that can be read."""

    name: str
    """Entry id, or path of a noise file."""
    load: Callable[[], tuple[Samples, int]]


class Heard(NamedTuple):
    """What is left of a sound that was read."""

    name: str
    digest: str
    """Of its samples."""
    fingerprint: Fingerprint


def utterances(corpus: Corpus, entries: Sequence[Entry]) -> Iterator[Sound]:
    """Yield the utterances of these entries."""

    def load(entry: Entry) -> tuple[Samples, int]:
        utterance = corpus.load(entry)
        return utterance.samples, utterance.sample_rate

    for entry in entries:
        yield Sound(entry.id, partial(load, entry))


def noise_files(models: Sequence[Noise], split: Split) -> Iterator[Sound]:
    """Yield the files that noises read, each once."""
    for file in dict.fromkeys(file for model in models for file in model.files(split)):
        yield Sound(str(file), partial(read, file))


def heard(sounds: Iterator[Sound]) -> Iterator[Heard]:
    """Yield what is left of each sound; of those that are silent or cannot be read, nothing."""
    for sound in sounds:
        try:
            samples, sample_rate = sound.load()
        # What cannot be read is neither learnt nor scored, whatever a corpus raises; its rows say so.
        except Exception:
            continue
        if samples.any():
            digest = hashlib.sha256(samples.tobytes()).hexdigest()
            yield Heard(sound.name, digest, fingerprint(samples, sample_rate))
