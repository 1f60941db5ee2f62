from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchbox.audio import read, resample
from benchbox.checks.fingerprints import DIFFERING, Fingerprint, Index, fingerprint
from benchbox.records import Samples
from benchbox.synthetic import speech_like

RATE = 8000


@cache
def sound(seed: int, seconds: float = 6.0) -> Samples:
    """A voice in a room that is not quite silent."""
    rng = np.random.default_rng(seed)
    length = round(seconds * RATE)
    return speech_like(length, rng) + 1e-3 * rng.standard_normal(length).astype(np.float32)


def prints(seeds: range) -> list[Fingerprint]:
    return [fingerprint(sound(seed), RATE) for seed in seeds]


def test_finds_a_sound_at_once_and_nothing_else() -> None:
    index = Index(prints(range(20)))
    for seed in range(20):
        [match] = index.find(fingerprint(sound(seed), RATE))
        assert match == (seed, 0.0, 0.0)


def test_finds_nothing_in_other_sounds() -> None:
    index = Index(prints(range(20)))
    assert not [match for print in prints(range(20, 40)) for match in index.find(print)]


@pytest.mark.parametrize("gain", [0.3, 0.01, -1.0])
@pytest.mark.parametrize("rate", [8000, 16000, 11025, 48000])
def test_survives_gain_and_resampling(gain: float, rate: int) -> None:
    there_and_back = resample(resample(np.float32(gain) * sound(3), RATE, rate), rate, RATE)
    sixteen_bits = (np.round(there_and_back * 32768) / 32768).astype(np.float32)
    [match] = Index(prints(range(6))).find(fingerprint(sixteen_bits, RATE))
    assert (match.sound, match.seconds) == (3, 0.0)


def test_is_the_same_sound_at_another_sample_rate() -> None:
    [match] = Index(prints(range(6))).find(fingerprint(resample(sound(2), RATE, 44100), 44100))
    assert match.sound == 2


@pytest.mark.parametrize("start", [0.0, 1.0, 1.234, 2.5071])
def test_finds_where_an_excerpt_of_two_seconds_was_cut(start: float) -> None:
    begin = round(start * RATE)
    excerpt = 0.3 * sound(4)[begin : begin + 2 * RATE]
    [match] = Index(prints(range(6))).find(fingerprint(excerpt, RATE))
    assert match.sound == 4
    assert match.seconds == pytest.approx(start, abs=0.016)


def test_finds_the_long_sound_that_an_indexed_excerpt_was_cut_from() -> None:
    index = Index([fingerprint(sound(seed)[8000:32000], RATE) for seed in range(6)])
    [match] = index.find(fingerprint(sound(5), RATE))
    assert match.sound == 5
    assert match.seconds == pytest.approx(-1, abs=0.016)


def test_finds_a_sound_between_others() -> None:
    montage = np.concatenate([sound(50, 3.0), sound(1)[8000:32000], sound(51, 3.0)])
    [match] = Index(prints(range(6))).find(fingerprint(montage, RATE))
    assert match.sound == 1


def test_silence_is_like_nothing() -> None:
    pause = np.zeros(3 * RATE, np.float32)
    first, second = (np.concatenate([sound(seed, 1.0), pause]) for seed in (1, 2))
    index = Index([fingerprint(first, RATE), fingerprint(pause, RATE)])
    assert not list(index.find(fingerprint(second, RATE)))
    assert not list(index.find(fingerprint(pause, RATE)))


@pytest.mark.parametrize("length", [1, 10, 500, 4000])
def test_takes_sounds_of_any_length(length: int) -> None:
    short = fingerprint(sound(1)[:length], RATE)
    assert short.words.size >= 1
    list(Index([short]).find(short))


def test_an_empty_index_holds_nothing() -> None:
    assert not list(Index([]).find(fingerprint(sound(1), RATE)))


def test_two_seconds_of_real_speech_are_found_and_told_apart(shared_audio: Path) -> None:
    files = sorted(shared_audio.glob("speech/test/*.flac"))
    sounds = [read(file)[0] for file in files]
    index = Index([fingerprint(samples, RATE) for samples in sounds])
    rng = np.random.default_rng(0)
    for number, samples in enumerate(sounds):
        if samples.size < 2 * RATE:
            continue
        begin = int(rng.integers(samples.size - 2 * RATE + 1))
        excerpt = resample(resample(0.3 * samples[begin : begin + 2 * RATE], RATE, 16000), 16000, RATE)
        matches = list(index.find(fingerprint(excerpt, RATE)))
        assert [match.sound for match in matches] == [number]
        assert matches[0].differing < DIFFERING
