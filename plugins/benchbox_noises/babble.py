"""Babble: other people of the corpus, all talking at once."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Field

from benchbox.audio import resample
from benchbox.errors import BadCorpus, Unscorable
from benchbox.interfaces import NoiseModel, Scene
from benchbox.mixing import active_level_db
from benchbox.records import Entry, Samples


class Babble(NoiseModel):
    """Add up other recordings of the same split at equal active levels, none of the utterance's speaker."""

    def __init__(
        self,
        talkers: Annotated[
            int, Field(ge=1, le=64, description="how many talk at once, each another speaker if possible")
        ] = 6,
    ) -> None:
        self.talkers = talkers
        self._levels_db: dict[str, float] = {}

    def bind(self, scene: Scene) -> NoiseModel:
        return _Crowd(self.talkers, scene, self._levels_db)

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        raise TypeError("babble is made of a corpus's recordings: call bind(scene) first")


class _Crowd(NoiseModel):
    """The talkers around one utterance. Only those who talk are decoded."""

    def __init__(self, talkers: int, scene: Scene, levels_db: dict[str, float]) -> None:
        self.talkers = talkers
        self.scene = scene
        self._levels_db = levels_db

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
        utterance = self.scene.corpus.load(entry)
        if entry.digest not in self._levels_db:
            self._levels_db[entry.digest] = active_level_db(utterance.samples, utterance.sample_rate)
        voice = resample(utterance.samples, utterance.sample_rate, sample_rate)
        gain = np.float32(10 ** (-self._levels_db[entry.digest] / 20))
        return gain * np.resize(np.roll(voice, -rng.integers(voice.size)), length)
