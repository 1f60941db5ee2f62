"""Babble: other people of the corpus, all talking at once."""

from collections.abc import Iterator
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from benchbox.audio import resample
from benchbox.errors import BadCorpus, Unscorable
from benchbox.interfaces import NoiseModel, Scene
from benchbox.mixing import active_level_db
from benchbox.records import Entry, Samples

REMEMBERED = 128
"""Voices kept decoded: 40 MB of ten-second utterances at 8 kHz."""


class Babble(NoiseModel):
    """Add up other recordings of the same split at equal active levels, none of the utterance's speaker."""

    def __init__(
        self,
        talkers: Annotated[
            int, Field(ge=1, le=64, description="how many talk at once, each another speaker if possible")
        ] = 6,
    ) -> None:
        self.talkers = talkers
        self._voices: dict[str, _Voice] = {}

    def bind(self, scene: Scene) -> NoiseModel:
        return _Crowd(self.talkers, scene, self._voices)

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        raise TypeError("babble is made of a corpus's recordings: call bind(scene) first")


class _Voice(NamedTuple):
    samples: Samples
    """At 0 dB active level."""
    sample_rate: int


class _Crowd(NoiseModel):
    """The talkers around one utterance. Only those who talk are decoded; the last ones are remembered."""

    def __init__(self, talkers: int, scene: Scene, voices: dict[str, _Voice]) -> None:
        self.talkers = talkers
        self.scene = scene
        self._voices = voices

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        total = np.zeros(length, np.float32)
        talking = 0
        for entry in self._others(rng):
            try:
                total += self._voice(entry, length, sample_rate, rng)
            except Unscorable:
                continue  # silent
            talking += 1
            if talking == self.talkers:
                return total
        raise BadCorpus(
            f"babble(talkers={self.talkers}) needs as many other recordings with speech in the "
            f"{self.scene.split} split, there are {talking}: ask for fewer talkers or use a larger corpus"
        )

    def _others(self, rng: np.random.Generator) -> Iterator[Entry]:
        """Yield other recordings at random: one of each speaker, then more of the same speakers."""
        own = self.scene.entry
        entries = self.scene.corpus.entries(self.scene.split)
        heard = {own.recording}
        speakers = {own.speaker} - {None}
        again = []
        for index in rng.permutation(len(entries)):
            entry = entries[int(index)]
            if entry.recording in heard or (own.speaker is not None and entry.speaker == own.speaker):
                continue
            if entry.speaker in speakers:
                again.append(entry)
                continue
            heard.add(entry.recording)
            speakers |= {entry.speaker} - {None}
            yield entry
        for entry in again:
            if entry.recording not in heard:
                heard.add(entry.recording)
                yield entry

    def _voice(self, entry: Entry, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        """Return one talker [length] at 0 dB active level, from a random place on and round again."""
        voice = self._levelled(entry)
        samples = resample(voice.samples, voice.sample_rate, sample_rate)
        return np.resize(np.roll(samples, -rng.integers(samples.size)), length)

    def _levelled(self, entry: Entry) -> _Voice:
        if entry.digest not in self._voices:
            utterance = self.scene.corpus.load(entry)
            gain = np.float32(10 ** (-active_level_db(utterance.samples, utterance.sample_rate) / 20))
            while len(self._voices) >= REMEMBERED:
                del self._voices[next(iter(self._voices))]
            self._voices[entry.digest] = _Voice(gain * utterance.samples, utterance.sample_rate)
        return self._voices[entry.digest]
