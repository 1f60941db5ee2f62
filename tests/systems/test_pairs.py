"""Training pairs: reproducible, at the SNR asked for, and never from held-out recordings."""

from collections.abc import Sequence

import numpy as np
import pytest

from benchbox.errors import BadAudio, BadCorpus, BadPlugin
from benchbox.interfaces import Corpus, Degradation, Noise, NoiseModel, Scene
from benchbox.mixing import active_level_db, rms_level_db
from benchbox.records import Entry, Samples, Split, Utterance
from benchbox.systems.pairs import TrainingExamples, crop, hold_out

RATE = 8000


class Tones(Corpus):
    """Utterance k is a tone of 100 (k + 1) Hz, three seconds of it, two utterances to a speaker."""

    def __init__(
        self, count: int = 12, seconds: float = 3.0, speakers: bool = True, gain: float = 0.1
    ) -> None:
        self.seconds, self.gain = seconds, gain
        self.loads: list[str] = []
        self.train = [
            Entry(f"u{k}", f"r{k}", "0", speaker=f"s{k // 2}" if speakers else None) for k in range(count)
        ]

    def entries(self, split: Split) -> Sequence[Entry]:
        return self.train if split == "train" else ()

    def load(self, entry: Entry) -> Utterance:
        self.loads.append(entry.id)
        time = np.arange(round(self.seconds * RATE)) / RATE
        tone = self.gain * np.sin(2 * np.pi * frequency(entry) * time)
        return Utterance(entry, tone.astype(np.float32), RATE)


class White(NoiseModel):
    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        return rng.standard_normal(length, dtype=np.float32)


class Gap(NoiseModel):
    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        return np.zeros(length, np.float32)


class Halved(Degradation):
    """A condition whose reference is not the clean speech, at a level of its own."""

    uses_snr = False

    def corrupt(
        self, clean: Samples, sample_rate: int, snr_db: float | None, rng: np.random.Generator
    ) -> tuple[Samples, Samples]:
        assert snr_db is None
        return clean / np.float32(2), clean / np.float32(4)


class SceneKeeper(White):
    def __init__(self) -> None:
        self.scenes: list[Scene] = []

    def bind(self, scene: Scene) -> "SceneKeeper":
        self.scenes.append(scene)
        return self


def frequency(entry: Entry) -> float:
    return 100.0 * (int(entry.id[1:]) + 1)


def loudest_frequency(samples: Samples) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples)))) * RATE / samples.size


def make(corpus: Corpus, noise: Noise | None = None, **options: int) -> TrainingExamples:
    return TrainingExamples(
        corpus, [("noise", noise or White())], (-5.0, 15.0), seed=0, sample_rate=RATE, **options
    )


def test_pairs_have_the_length_and_type_asked_for(rng: np.random.Generator) -> None:
    examples = make(Tones())
    for length in (1, 500, RATE, 5 * RATE):
        for samples in examples.draw(length, rng):
            assert samples.shape == (length,)
            assert samples.dtype == np.float32


def test_the_same_generator_state_gives_the_same_pair() -> None:
    first = [make(Tones()).draw(RATE, np.random.default_rng(7)) for _ in range(2)]
    np.testing.assert_array_equal(first[0], first[1])


def test_the_cache_changes_nothing() -> None:
    generous, tiny = make(Tones()), make(Tones(), cache_bytes=1)
    one, two = np.random.default_rng(3), np.random.default_rng(3)
    for _ in range(20):
        np.testing.assert_array_equal(generous.draw(RATE, one), tiny.draw(RATE, two))


def test_decoded_speech_is_kept_up_to_the_limit(rng: np.random.Generator) -> None:
    corpus = Tones()
    examples = make(corpus)
    for _ in range(200):
        examples.draw(RATE, rng)
    assert len(corpus.loads) == len(set(corpus.loads))
    corpus.loads.clear()
    room_for_one = make(corpus, cache_bytes=3 * RATE * 4)
    for _ in range(100):
        room_for_one.draw(RATE, rng)
    assert len(corpus.loads) > 50


def test_snrs_cover_the_range_and_stay_in_it(rng: np.random.Generator) -> None:
    examples = make(Tones())
    # The whole utterance is the same tone: its active level is its level, that of a crop within 0.1 dB.
    level_db = active_level_db(Tones().load(Tones().train[0]).samples, RATE)
    snrs_db = []
    for _ in range(300):
        clean, noisy = examples.draw(RATE, rng)
        snrs_db.append(level_db - rms_level_db(noisy - clean))
    assert min(snrs_db) > -5.1
    assert max(snrs_db) < 15.1
    assert np.mean(snrs_db) == pytest.approx(5, abs=1.5)  # the mean of 300 uniform draws: 0.33 dB
    assert np.std(snrs_db) == pytest.approx(20 / np.sqrt(12), abs=1)


def test_a_degradation_gives_its_own_reference(rng: np.random.Generator) -> None:
    reference, noisy = make(Tones(), Halved()).draw(RATE, rng)
    np.testing.assert_allclose(reference, 2 * noisy)


def test_held_out_speakers_are_never_drawn(rng: np.random.Generator) -> None:
    corpus = Tones()
    examples = make(corpus)
    held_out = {round(loudest_frequency(clean)) for clean, _ in examples.validation(RATE)}
    drawn = {round(loudest_frequency(examples.draw(RATE, rng)[0])) for _ in range(400)}
    assert len(held_out) == 2  # a whole speaker
    assert drawn == {round(frequency(entry)) for entry in corpus.train} - held_out


def test_validation_pairs_are_the_same_on_every_call_and_in_every_process() -> None:
    one, two = make(Tones()), make(Tones())
    one.draw(RATE, np.random.default_rng(0))
    np.testing.assert_array_equal(one.validation(RATE), two.validation(RATE))
    np.testing.assert_array_equal(one.validation(RATE), one.validation(RATE))


def test_noise_models_see_only_the_training_part(rng: np.random.Generator) -> None:
    noise = SceneKeeper()
    corpus = Tones()
    examples = make(corpus, noise)
    examples.draw(RATE, rng)
    (scene,) = noise.scenes
    assert scene.split == "train"
    visible = {entry.id for entry in scene.corpus.entries("train")}
    assert len(visible) == 10
    assert scene.entry.id in visible
    assert not scene.corpus.entries("test")
    assert scene.corpus.load(scene.entry).samples.size == 3 * RATE


def test_other_sample_rates_are_resampled(rng: np.random.Generator) -> None:
    examples = TrainingExamples(Tones(), [("white", White())], (40.0, 40.0), seed=0, sample_rate=16000)
    clean, _ = examples.draw(16000, rng)
    found = np.argmax(np.abs(np.fft.rfft(clean)))
    assert found % 100 == 0
    assert 100 <= found <= 1200


def test_short_utterances_get_silence_around_them(rng: np.random.Generator) -> None:
    clean, noisy = make(Tones(seconds=0.5)).draw(RATE, rng)
    assert np.count_nonzero(clean) <= RATE / 2
    assert np.count_nonzero(noisy) > 0.99 * RATE


def test_without_speakers_recordings_are_held_out() -> None:
    entries = Tones(count=50, speakers=False).train
    training, held_out = hold_out(entries, 0.08, seed=1)
    assert len(held_out) == 4
    assert sorted([*training, *held_out], key=entries.index) == entries


def test_one_large_group_stays_in_training() -> None:
    crowd = [Entry(f"c{k}", f"c{k}", "0", speaker="crowd") for k in range(50)]
    people = [Entry(f"p{k}", f"p{k}", "0", speaker=f"p{k}") for k in range(50)]
    for seed in range(5):
        training, held_out = hold_out([*crowd, *people], 0.08, seed)
        assert len(held_out) == 8
        assert set(crowd) <= set(training)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_corpus_without_two_speakers_says_what_is_missing(count: int) -> None:
    with pytest.raises(BadCorpus, match="needs 2 recordings or more in the train split"):
        make(Tones(count=count))


def test_a_file_that_cannot_be_read_is_left_out_with_a_warning(rng: np.random.Generator) -> None:
    class OneBroken(Tones):
        def load(self, entry: Entry) -> Utterance:
            if entry.id == "u3":
                raise BadAudio("u3.wav is truncated")
            return super().load(entry)

    examples = make(OneBroken())
    with pytest.warns(UserWarning, match=r"left out of training: u3.wav is truncated"):
        drawn = {round(loudest_frequency(examples.draw(RATE, rng)[0])) for _ in range(300)}
    assert len(drawn) == 9
    assert 400 not in drawn


def test_silent_speech_is_a_bad_corpus(rng: np.random.Generator) -> None:
    with pytest.raises(BadCorpus, match="silent"):
        make(Tones(gain=0.0)).draw(RATE, rng)


def test_silent_noise_names_the_noise(rng: np.random.Generator) -> None:
    with pytest.raises(BadPlugin, match="'noise' gave silence"):
        make(Tones(), Gap()).draw(RATE, rng)


@pytest.mark.parametrize(("size", "length"), [(10, 4), (4, 4), (4, 10), (1, 1)])
def test_crops_are_pieces_of_the_samples(size: int, length: int, rng: np.random.Generator) -> None:
    samples = np.arange(1, size + 1, dtype=np.float32)
    for _ in range(20):
        found = crop(samples, length, rng)
        assert found.size == length
        spoken = found[found > 0]
        assert spoken.size == min(size, length)
        assert np.all(np.diff(spoken) == 1)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
