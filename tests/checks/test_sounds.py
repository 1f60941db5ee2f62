"""The sounds of corpora and noises, reduced to what tells them apart."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchbox.audio import write
from benchbox.checks.sounds import Sound, heard, noise_files, utterances
from benchbox.errors import BadAudio
from benchbox.records import Samples, Split
from benchbox.synthetic import speech_like
from benchbox.testing import FakeCorpus, FakeNoise


class Files(FakeNoise):
    def __init__(self, *paths: Path) -> None:
        self.paths = paths

    def files(self, split: Split) -> Sequence[Path]:
        return self.paths


def test_an_utterance_is_heard_under_its_id_and_known_by_its_samples() -> None:
    corpus = FakeCorpus(recordings=2)
    first, second = heard(utterances(corpus, corpus.entries("test")))
    assert (first.name, second.name) == ("test-0", "test-1")
    assert first.digest != second.digest
    assert next(heard(utterances(corpus, corpus.entries("test")))).digest == first.digest


def test_a_file_that_two_noises_read_is_heard_once(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.wav", "b.wav")]
    for number, file in enumerate(files):
        write(file, speech_like(16000, np.random.default_rng(number)), 8000)
    found = list(heard(noise_files([Files(*files), Files(files[1])], "test")))
    assert [each.name for each in found] == list(map(str, files))


def test_what_is_silent_or_cannot_be_read_is_passed_over() -> None:
    def broken() -> tuple[Samples, int]:
        raise BadAudio("truncated")

    silent = Sound("silent", lambda: (np.zeros(8000, np.float32), 8000))
    loud = Sound("loud", lambda: (speech_like(16000, np.random.default_rng(0)), 8000))
    assert [each.name for each in heard(iter([Sound("broken", broken), silent, loud]))] == ["loud"]
