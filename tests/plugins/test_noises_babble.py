"""Babble: other talkers of the same corpus."""

import numpy as np
import pytest
from benchbox_noises.babble import Babble

from benchbox.errors import BadCorpus
from benchbox.interfaces import Scene
from benchbox.mixing import rms_level_db
from benchbox.records import Entry, Samples, Split, Utterance
from benchbox.testing import FakeCorpus, NoiseContract

RATE = 8000


class TestBabble(NoiseContract):
    spec = "babble"


class CountingCorpus(FakeCorpus):
    """A fake corpus that remembers what was decoded."""

    def __init__(self, recordings: int = 40) -> None:
        super().__init__(recordings, seconds=0.5)
        self.loaded: list[Entry] = []

    def load(self, entry: Entry) -> Utterance:
        self.loaded.append(entry)
        return super().load(entry)


def babble_in(corpus: FakeCorpus, talkers: int, split: Split = "test", seed: int = 0) -> Samples:
    scene = Scene(corpus, split, corpus.entries(split)[0])
    return Babble(talkers).bind(scene).sample(2 * RATE, RATE, np.random.default_rng(seed))


@pytest.mark.parametrize("split", ["train", "test"])
def test_babble_decodes_its_talkers_only_and_never_the_own_speaker(split: Split) -> None:
    corpus = CountingCorpus()
    for seed in range(20):
        babble_in(corpus, 6, split, seed)
    assert len(corpus.loaded) == 20 * 6
    assert all(entry.id.startswith(split) for entry in corpus.loaded)
    assert f"{split}-speaker-0" not in {entry.speaker for entry in corpus.loaded}
    for start in range(0, len(corpus.loaded), 6):
        crowd = corpus.loaded[start : start + 6]
        assert len({entry.recording for entry in crowd}) == 6
        assert len({entry.speaker for entry in crowd[:3]}) == 3  # all other speakers before any twice


def test_babble_talkers_are_equally_loud() -> None:
    class LoudAndQuiet(FakeCorpus):
        def load(self, entry: Entry) -> Utterance:
            utterance = super().load(entry)
            gain = np.float32(10.0 if entry.id.endswith("1") else 0.1)
            return Utterance(entry, gain * utterance.samples, utterance.sample_rate)

    np.testing.assert_allclose(babble_in(LoudAndQuiet(3), 2), babble_in(FakeCorpus(3), 2), rtol=0, atol=0.05)


def test_babble_needs_enough_other_recordings() -> None:
    with pytest.raises(BadCorpus, match=r"babble\(talkers=6\).*test split, there are 3"):
        babble_in(FakeCorpus(recordings=5), 6)


def test_babble_does_not_count_silent_recordings() -> None:
    class Silent(FakeCorpus):
        def load(self, entry: Entry) -> Utterance:
            return Utterance(entry, np.zeros(RATE, np.float32), RATE)

    with pytest.raises(BadCorpus, match="there are 0"):
        babble_in(Silent(), 2)


def test_babble_resamples_its_talkers() -> None:
    corpus = FakeCorpus(sample_rate=16000)
    scene = Scene(corpus, "test", corpus.entries("test")[0])
    noise = Babble(1).bind(scene).sample(RATE, RATE, np.random.default_rng(0))
    assert noise.shape == (RATE,)
    assert rms_level_db(noise) == pytest.approx(-3, abs=3)  # a talker at 0 dB active level, pauses and all
