from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchbox.audio import resample, write
from benchbox.checks.leaks import Leak, explain, find_leaks, find_learnt
from benchbox.checks.trained_on import kept_of_training, write_trained_on
from benchbox.errors import BadAudio, BadCorpus
from benchbox.interfaces import Corpus, Noise, NoiseModel
from benchbox.records import Entry, Samples, Split, Utterance
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec
from benchbox.synthetic import speech_like
from benchbox.testing import FakeNoise

RATE = 8000


def voice(seed: int, seconds: float = 4.0) -> Samples:
    rng = np.random.default_rng(seed)
    length = round(seconds * RATE)
    return speech_like(length, rng) + 1e-3 * rng.standard_normal(length).astype(np.float32)


def utterance(id: str, samples: Samples, sample_rate: int = RATE, **labels: str) -> Utterance:
    return Utterance(
        replace(Entry(id=id, recording=id, digest=id), **labels),  # type: ignore[arg-type]
        samples,
        sample_rate,
    )


class Shelf(Corpus):
    """A corpus of sounds at hand; an utterance without samples cannot be read."""

    def __init__(self, train: Sequence[Utterance], test: Sequence[Utterance]) -> None:
        self.sounds: Mapping[Split, Sequence[Utterance]] = {"train": train, "test": test}

    def entries(self, split: Split) -> Sequence[Entry]:
        if not self.sounds[split]:
            raise BadCorpus(f"no {split} split")
        return [sound.entry for sound in self.sounds[split]]

    def load(self, entry: Entry) -> Utterance:
        [sound] = [sound for sounds in self.sounds.values() for sound in sounds if sound.entry == entry]
        if not sound.samples.size:
            raise BadAudio(f"{entry.id} is empty")
        return sound


TRAIN = [utterance(f"train-{seed}", voice(seed), speaker=f"speaker-{seed}") for seed in range(5)]
TEST = [utterance(f"test-{seed}", voice(seed), speaker=f"speaker-{seed}") for seed in range(10, 15)]


def leaks(planted: Utterance) -> list[Leak]:
    """What is found when one more utterance is tested."""
    corpus = Shelf(TRAIN, [*TEST, planted])
    return find_leaks(corpus, [], [], corpus.entries("test"))


def test_finds_nothing_where_nothing_is_shared() -> None:
    assert leaks(utterance("test-x", voice(99))) == []


def test_finds_a_recording_that_is_in_both_splits_and_names_the_pair_once() -> None:
    cut_off = TRAIN[2].samples[:20000]
    [leak] = leaks(utterance("test-x", cut_off, recording="train-2"))
    assert (leak.kind, leak.train, leak.test) == ("recording", "train-2", "test-x")


def test_finds_a_speaker_who_is_in_both_splits() -> None:
    [leak] = leaks(utterance("test-x", voice(99), speaker="speaker-3"))
    assert (leak.kind, leak.train, leak.test) == ("speaker", "train-3", "test-x")
    assert "speaker-3" in leak.detail


def test_takes_unknown_speakers_for_different_ones() -> None:
    nobody = [replace(sound, entry=replace(sound.entry, speaker=None)) for sound in TRAIN]
    corpus = Shelf(nobody, [utterance("test-x", voice(99))])
    assert find_leaks(corpus, [], [], corpus.entries("test")) == []


def test_finds_the_same_samples_under_another_name() -> None:
    [leak] = leaks(utterance("test-x", TRAIN[1].samples.copy()))
    assert (leak.kind, leak.train, leak.test) == ("audio", "train-1", "test-x")
    assert leak.detail == "the same samples"


def test_finds_the_same_samples_where_they_are_too_short_for_a_fingerprint() -> None:
    click = np.ones(40, np.float32)
    corpus = Shelf([utterance("a", click)], [utterance("b", click)])
    assert [leak.kind for leak in find_leaks(corpus, [], [], corpus.entries("test"))] == ["audio"]


@pytest.mark.parametrize(
    "disguised",
    [
        0.3 * TRAIN[4].samples,
        resample(resample(TRAIN[4].samples, RATE, 16000), 16000, RATE),
        TRAIN[4].samples[9001:27001],
        resample(0.3 * TRAIN[4].samples[5000:], RATE, 16000),
    ],
    ids=["gain", "resampled", "excerpt", "all three"],
)
def test_finds_near_duplicates(disguised: Samples) -> None:
    rate = 16000 if disguised.size > 40000 else RATE
    [leak] = leaks(utterance("test-x", disguised, rate))
    assert (leak.kind, leak.train, leak.test) == ("audio", "train-4", "test-x")
    assert "same sound" in leak.detail


def test_does_not_take_two_silent_files_for_a_leak() -> None:
    corpus = Shelf([utterance("a", np.zeros(8000, np.float32))], [utterance("b", np.zeros(8000, np.float32))])
    assert find_leaks(corpus, [], [], corpus.entries("test")) == []


def test_passes_over_what_cannot_be_read() -> None:
    broken = utterance("broken", np.empty(0, np.float32))
    corpus = Shelf([broken, *TRAIN], [*TEST, utterance("test-x", TRAIN[0].samples)])
    assert [leak.train for leak in find_leaks(corpus, [], [], corpus.entries("test"))] == ["train-0"]


def test_finds_the_same_samples_where_the_splits_share_an_id_too() -> None:
    # The recordings differ by their labels, and the test's label is of no train entry: the samples tell.
    corpus = Shelf(
        [utterance("1", voice(1), recording="train/1"), utterance("2", voice(2), recording="train/2")],
        [utterance("1", voice(2), recording="test/1")],
    )
    [leak] = find_leaks(corpus, [], [], corpus.entries("test"))
    assert (leak.kind, leak.train, leak.test) == ("audio", "2", "1")
    same = Shelf(
        [utterance("1", voice(1), recording="train/1")], [utterance("1", voice(1), recording="test/1")]
    )
    assert [leak.kind for leak in find_leaks(same, [], [], same.entries("test"))] == ["audio"]


def test_looks_only_at_the_entries_that_are_tested() -> None:
    corpus = Shelf(TRAIN, [utterance("test-x", TRAIN[0].samples), *TEST])
    assert find_leaks(corpus, [], [], corpus.entries("test")[1:]) == []


def test_a_corpus_without_a_train_split_leaks_nothing() -> None:
    corpus = Shelf([], TEST)
    assert find_leaks(corpus, [], [], corpus.entries("test")) == []


class Files(FakeNoise):
    """Noise that comes from files."""

    def __init__(self, train: Sequence[Path], test: Sequence[Path]) -> None:
        self.paths: Mapping[Split, Sequence[Path]] = {"train": train, "test": test}

    def files(self, split: Split) -> Sequence[Path]:
        return self.paths[split]


@pytest.fixture
def noise_files(tmp_path: Path) -> list[Path]:
    rng = np.random.default_rng(8)
    paths = [tmp_path / f"noise-{number}.wav" for number in range(4)]
    for path in paths:
        write(path, rng.normal(0, 0.1, 5 * RATE).astype(np.float32), RATE)
    return paths


def noise_leaks(train: NoiseModel, test: NoiseModel) -> list[Leak]:
    corpus = Shelf(TRAIN, TEST)
    return find_leaks(corpus, [train], [FakeNoise(), test], corpus.entries("test"))


def test_finds_a_noise_file_that_is_in_training_and_in_the_test(noise_files: list[Path]) -> None:
    one, two, three, four = noise_files
    [leak] = noise_leaks(Files([one, two], [three]), Files([three], [four, two]))
    assert leak == Leak("noise", str(two), str(two), "the same samples")
    assert leak.refused


def test_finds_a_noise_file_that_was_made_quieter_and_renamed(noise_files: list[Path]) -> None:
    one, two, *_ = noise_files
    rng = np.random.default_rng(8)
    quieter = one.with_name("other.wav")
    write(quieter, 0.3 * rng.normal(0, 0.1, 5 * RATE).astype(np.float32), RATE)
    [leak] = noise_leaks(Files([two, one], []), Files([], [quieter]))
    assert (leak.kind, leak.train, leak.test) == ("similar noise", str(one), str(quieter))
    assert not leak.refused


def test_splits_of_recorded_noise_share_nothing(noise_files: list[Path]) -> None:
    recorded = build(NoiseModel, parse_spec(f'recorded(path="{noise_files[0].parent}")'), discover())
    assert noise_leaks(recorded, recorded) == []


def test_explains_in_one_line_with_an_example_of_each_kind() -> None:
    found = [Leak("speaker", "a1", "b1", "speaker X"), Leak("audio", "a2", "b2", "the same samples")]
    text = explain([*found, Leak("audio", "a3", "b3", "the same samples")])
    assert text == (
        "training and test share 1 speaker (train a1, test b1: speaker X), "
        "2 utterances (train a2, test b2: the same samples)"
    )


def test_raises_no_false_alarm_on_the_embedded_corpus() -> None:
    corpus = build(Corpus, parse_spec("spoken"), discover())
    assert find_leaks(corpus, [], [], corpus.entries("test")) == []


def test_raises_no_false_alarm_on_real_speech_and_finds_the_one_noise_that_leaks(shared_audio: Path) -> None:
    registry = discover()
    corpus = build(Corpus, parse_spec(f'folder(path="{shared_audio}/speech")'), registry)
    noise = build(Noise, parse_spec(f'recorded(path="{shared_audio}/noise")'), registry)
    [leak] = find_leaks(corpus, [noise], [noise], corpus.entries("test"))
    # Two uploads of one baby: the samples correlate at 0.997 when shifted by 5189.
    assert (Path(leak.train).name, Path(leak.test).name) == (
        "babycry_esc10-3-151080-A.flac",
        "babycry_esc10-5-151085-A.flac",
    )


def test_finds_what_weights_were_trained_on_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "noise").mkdir()
    one, other = tmp_path / "noise" / "one.wav", tmp_path / "noise" / "other.wav"
    write(one, voice(60), RATE)
    write(other, np.float32(0.5) * voice(60), RATE)
    write_trained_on(tmp_path / "known.npz", kept_of_training(Shelf(TRAIN, TEST), [Files([one], [])]))
    tested = Shelf([], [*TEST, utterance("test-x", 0.3 * TRAIN[3].samples[5000:])])
    known = {"brought": [tmp_path / "known.npz"], "knows nothing": []}
    found = find_learnt(known, tested, [Files([], [one, other])], tested.entries("test"))
    assert list(found) == ["brought"]
    assert [(leak.kind, leak.train, leak.test, leak.refused) for leak in found["brought"]] == [
        ("audio", "train-3", "test-x", True),
        ("noise", "noise/one.wav", str(one), True),
        ("similar noise", "noise/one.wav", str(other), False),
    ]
    text = explain(found["brought"][:1], "what brought was trained on")
    assert text.startswith(
        "what brought was trained on and test share 1 utterance (train train-3, test test-x:"
    )
