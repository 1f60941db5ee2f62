import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from benchbox.audio import read, resample
from benchbox.checks.fingerprints import fingerprint
from benchbox.checks.sounds import Heard
from benchbox.checks.trained_on import (
    TrainedOn,
    find_seen,
    kept_of,
    read_trained_on,
    write_trained_on,
)
from benchbox.errors import BadRun, Damaged
from benchbox.records import Samples
from benchbox.synthetic import speech_like

RATE = 8000
SHIPPED = {
    "speech": Path(__file__).parents[2] / "plugins/benchbox_unets/pretrained/trained_on.npz",
    "speech16k": Path(__file__).parents[2] / "plugins/benchbox_unets/pretrained16k/trained_on.npz",
}


def voice(seed: int, seconds: float = 6.0) -> Samples:
    rng = np.random.default_rng(seed)
    length = round(seconds * RATE)
    return speech_like(length, rng) + 1e-3 * rng.standard_normal(length).astype(np.float32)


def heard(name: str, samples: Samples, sample_rate: int = RATE, digest: str = "") -> Heard:
    # Sixteen digits count; by default no two sounds have the same samples.
    return Heard(
        name, digest or hashlib.sha256(os.fsencode(name)).hexdigest(), fingerprint(samples, sample_rate)
    )


@pytest.fixture(scope="module")
def known() -> TrainedOn:
    speech = [heard(f"voice-{seed}", voice(seed), digest=f"{seed:016x}") for seed in range(12)]
    return kept_of(speech, [heard("/home/somebody/noise/train/rain.wav", voice(50))])


def seen(samples: Samples, known: TrainedOn, sample_rate: int = RATE) -> list[str]:
    return [found.name for found in find_seen(heard("test", samples, sample_rate), known)]


def test_finds_each_recording_and_nothing_else(known: TrainedOn) -> None:
    for seed in range(12):
        assert seen(voice(seed), known) == [f"voice-{seed}"]
    assert [seen(voice(seed), known) for seed in range(20, 40)] == [[]] * 20


def test_names_of_files_that_are_no_utf_8_are_written_out(tmp_path: Path) -> None:
    strange = os.fsdecode(b"caf\xe9")
    kept = kept_of([heard(strange, voice(1))], [heard(f"/noise/{strange}.wav", voice(2))])
    write_trained_on(tmp_path / "trained_on.npz", kept)
    assert list(read_trained_on(tmp_path / "trained_on.npz").names) == ["caf\\xe9", "noise/caf\\xe9.wav"]


@pytest.mark.parametrize("gain", [0.3, 0.01, -1.0])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_finds_a_part_of_three_seconds_at_any_level_and_rate(
    known: TrainedOn, gain: float, rate: int
) -> None:
    part = np.float32(gain) * voice(7)[9001 : 9001 + 3 * RATE]
    assert seen(resample(part, RATE, rate), known, rate) == ["voice-7"]


def test_finds_a_recording_that_lies_in_a_longer_sound(known: TrainedOn) -> None:
    longer = np.concatenate([voice(60, 3.0), voice(4), voice(61, 3.0)])
    [found] = find_seen(heard("test", longer), known)
    assert (found.name, found.same_samples) == ("voice-4", False)
    assert found.detail.startswith("the same sound -3.0")


def test_names_the_same_samples_once_and_as_such(known: TrainedOn) -> None:
    [found] = find_seen(heard("test", voice(5), digest=f"{5:016x}"), known)
    assert (found.name, found.detail, found.same_samples) == ("voice-5", "the same samples", True)


def test_finds_the_same_samples_where_they_are_too_short_for_words() -> None:
    click = np.ones(40, np.float32)
    known = kept_of([heard("click", click, digest="ab" * 8)], [])
    assert [found.name for found in find_seen(heard("test", click, digest="ab" * 8), known)] == ["click"]


def test_parts_speech_from_noise_and_keeps_no_private_folder(known: TrainedOn) -> None:
    speech, noise = known.of(noise=False), known.of(noise=True)
    assert (len(speech.names), noise.names) == (12, ["train/rain.wav"])
    assert (seen(voice(50), speech), seen(voice(50), noise)) == ([], ["train/rain.wav"])


def test_what_is_written_is_read_and_the_same_is_written_again(known: TrainedOn, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_trained_on(tmp_path / name, known)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    again = read_trained_on(tmp_path / "a")
    assert again.names == known.names
    np.testing.assert_array_equal(again.words, known.words)
    assert seen(voice(3), again) == ["voice-3"]


def test_nothing_is_found_among_nothing(tmp_path: Path) -> None:
    write_trained_on(tmp_path / "none", kept_of([], []))
    assert seen(voice(3), read_trained_on(tmp_path / "none")) == []


def test_a_damaged_file_and_a_missing_one_are_named(known: TrainedOn, tmp_path: Path) -> None:
    path = tmp_path / "trained_on.npz"
    with pytest.raises(BadRun, match=r"trained_on\.npz cannot be read: No such file"):
        read_trained_on(path)
    write_trained_on(path, known)
    whole = path.read_bytes()
    for content in (b"", whole[:-100], b"PK\3\4" + whole[4:200], b"no archive"):
        path.write_bytes(content)
        with pytest.raises(Damaged, match=r"trained_on\.npz is damaged"):
            read_trained_on(path)
    for place in range(0, len(whole), len(whole) // 60):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        try:
            read_trained_on(path)
        except Damaged:
            continue


@pytest.mark.parametrize("folder", SHIPPED)
def test_what_shipped_weights_were_trained_on_is_found_and_their_test_parts_are_not(
    folder: str, shared_audio: Path
) -> None:
    known = read_trained_on(SHIPPED[folder]).of(noise=False)
    assert SHIPPED[folder].stat().st_size < 200_000
    for file in sorted((shared_audio / folder / "train").iterdir())[::60]:
        samples, rate = read(file)
        assert f"train/{file.name}" in seen(0.2 * samples, known, rate)
    for file in sorted((shared_audio / folder / "test").iterdir())[::3]:
        samples, rate = read(file)
        assert seen(samples, known, rate) == []
