"""The noise of other pairs."""

import numpy as np

from benchbox.audio import resample
from benchbox.errors import BadCorpus
from benchbox.interfaces import NoiseModel, Scene
from benchbox.records import Entry, Samples

TRIES = 20


class Remixed(NoiseModel):
    """Take the noise of another pair of the same split, all in it that is not its clean speech.

    For training on paired corpora (--train-noises remixed): the same noises with other speech, at other SNRs.
    After "Remix" of Defossez et al. 2020.
    """

    def bind(self, scene: Scene) -> NoiseModel:
        return _OfOthers(scene)

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        raise TypeError("remixed takes a corpus's noises: call bind(scene) first")


class _OfOthers(NoiseModel):
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        corpus, own = self._scene.corpus, self._scene.entry
        entries = corpus.entries(self._scene.split)
        for index in rng.permutation(len(entries))[:TRIES]:
            entry: Entry = entries[int(index)]
            if entry.recording == own.recording:
                continue
            utterance = corpus.load(entry)
            if utterance.noisy is None or not utterance.samples.size:
                raise BadCorpus("remixed takes noise from pairs, and this corpus has none: use paired(...)")
            noise = resample(utterance.noisy - utterance.samples, utterance.sample_rate, sample_rate)
            if noise.any():
                return np.resize(np.roll(noise, -rng.integers(noise.size)), length)
        raise BadCorpus("remixed needs other pairs with noise in them: use a larger corpus")
