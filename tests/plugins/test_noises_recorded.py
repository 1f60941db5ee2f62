"""Noise from files."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from benchbox_noises.recorded import CROSSFADE_SECONDS, Recorded, cut

from benchbox.errors import BadAudio, BadOption
from benchbox.interfaces import NoiseModel, Scene
from benchbox.records import Samples, Split
from benchbox.testing import FakeCorpus, NoiseContract

RATE = 8000


REAL_NOISE = Path(__file__).parents[3] / "shared" / "audio" / "noise"


class TestRecorded(NoiseContract):
    @pytest.fixture(autouse=True)
    def recordings(self, noise_folder: Path) -> None:
        self.folder = noise_folder

    def make(self) -> Any:
        return Recorded(self.folder)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def tone(frequency: float, seconds: float = 3.0, rate: int = RATE) -> Samples:
    return (0.1 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@pytest.fixture
def noise_folder(tmp_path: Path) -> Path:
    """Two train tones (400, 800 Hz) and two test tones (1200, 1600 Hz), the last one at another rate."""
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
    soundfile.write(tmp_path / "train" / "low_a.wav", tone(400), RATE)
    soundfile.write(tmp_path / "train" / "mid_a.flac", tone(800), RATE)
    soundfile.write(tmp_path / "test" / "mid_b.wav", tone(1200), RATE)
    soundfile.write(tmp_path / "test" / "high_b.ogg", tone(1600, rate=16000), 16000)
    return tmp_path


def pitches(model: NoiseModel, draws: int = 30) -> set[int]:
    """Return the frequencies, to the nearest 400 Hz, of what is drawn."""
    rng = np.random.default_rng(0)
    spectra = (np.abs(np.fft.rfft(model.sample(RATE, RATE, rng))) for _ in range(draws))
    return {400 * round(int(spectrum.argmax()) / 400) for spectrum in spectra}


def scene(split: Split) -> Scene:
    corpus = FakeCorpus()
    return Scene(corpus, split, corpus.entries(split)[0])


def test_recorded_keeps_train_and_test_apart(noise_folder: Path) -> None:
    model = Recorded(noise_folder)
    assert pitches(model.bind(scene("train"))) == {400, 800}
    assert pitches(model.bind(scene("test"))) == {1200, 1600}
    assert pitches(model) == {1200, 1600}


def test_recorded_splits_a_flat_folder_by_name_alone(tmp_path: Path) -> None:
    for number in range(10):
        soundfile.write(tmp_path / f"noise{number}.wav", tone(100 + number), RATE)
    model = Recorded(tmp_path)
    train, test = model.files("train"), model.files("test")
    assert (len(train), len(test)) == (7, 3)
    assert not set(train) & set(test)
    soundfile.write(tmp_path / "noise0.wav", tone(999), RATE)
    assert Recorded(tmp_path).files("test") == test


def test_recorded_takes_names_that_are_no_utf_8(tmp_path: Path) -> None:
    for number in range(3):
        soundfile.write(tmp_path / "new.wav", tone(100 + number), RATE)
        (tmp_path / "new.wav").rename(tmp_path / os.fsdecode(b"\xe9%d.wav" % number))
    model = Recorded(tmp_path)
    assert len(model.fingerprint("test")) == 64
    assert model.sample(100, RATE, np.random.default_rng(0)).size == 100


def test_recorded_chooses_kinds_by_file_name(noise_folder: Path) -> None:
    model = Recorded(noise_folder, kinds=["mid"])
    assert pitches(model.bind(scene("train"))) == {800}
    assert pitches(model.bind(scene("test"))) == {1200}
    with pytest.raises(BadOption, match=r"no test file of that kind; valid: high, mid"):
        Recorded(noise_folder, kinds=["low"]).files("test")


def test_recorded_fingerprint_follows_names_contents_and_split(noise_folder: Path) -> None:
    before = Recorded(noise_folder).fingerprint("test")
    assert Recorded(noise_folder).fingerprint("test") == before
    assert Recorded(noise_folder).fingerprint("train") != before
    soundfile.write(noise_folder / "train" / "low_a.wav", tone(500), RATE)
    assert Recorded(noise_folder).fingerprint("test") == before
    soundfile.write(noise_folder / "test" / "mid_b.wav", tone(500), RATE)
    assert Recorded(noise_folder).fingerprint("test") != before


def test_recorded_passes_over_gaps(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    ticks = np.concatenate([np.zeros(6 * RATE, np.float32), tone(400, 2.0)])
    soundfile.write(tmp_path / "test" / "clock.wav", ticks, RATE)
    model, rng = Recorded(tmp_path), np.random.default_rng(0)
    # More than a quarter of all places have sound: 20 tries miss it once in 1000.
    assert all(model.sample(RATE, RATE, rng).any() for _ in range(20))


def test_recorded_says_what_is_wrong_with_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadAudio, match="no such folder"):
        Recorded(tmp_path / "missing").files("test")
    with pytest.raises(BadAudio, match="holds no test noise"):
        Recorded(tmp_path).files("test")
    soundfile.write(tmp_path / "only.wav", tone(400), RATE)
    assert [file.name for file in Recorded(tmp_path).files("test")] == ["only.wav"]
    with pytest.raises(BadAudio, match="holds no train noise"):
        Recorded(tmp_path).files("train")


def test_recorded_names_a_silent_or_broken_file(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "dead.wav", np.zeros(RATE), RATE)
    with pytest.raises(BadAudio, match=r"dead\.wav is silent"):
        Recorded(tmp_path).sample(100, RATE, np.random.default_rng(0))
    (tmp_path / "dead.wav").write_bytes(b"no audio at all")
    with pytest.raises(BadAudio, match=r"dead\.wav"):
        Recorded(tmp_path).sample(100, RATE, np.random.default_rng(0))


def test_short_recordings_go_round_without_a_click_or_a_dip(rng: np.random.Generator) -> None:
    fade = round(CROSSFADE_SECONDS * RATE)
    ramp = np.linspace(-1, 1, 1000, dtype=np.float32)  # its seam would be a jump of 2
    looped = cut(ramp, 5000, fade, rng)
    assert looped.shape == (5000,)
    assert np.abs(np.diff(looped)).max() < 0.1
    noise = rng.standard_normal(500).astype(np.float32)
    seams = np.stack([cut(rng.standard_normal(500).astype(np.float32), 420, fade, rng) for _ in range(10)])
    assert seams.std() == pytest.approx(1, abs=0.05)
    assert cut(noise, 5000, fade, rng).std() == pytest.approx(noise.std(), rel=0.1)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_recordings_of_a_few_samples_can_be_looped(size: int, rng: np.random.Generator) -> None:
    assert cut(np.ones(size, np.float32), 10, 80, rng).shape == (10,)


@pytest.mark.skipif(not REAL_NOISE.is_dir(), reason="../shared/audio is not here")
def test_real_recordings_are_drawn_from_every_kind_of_their_split(rng: np.random.Generator) -> None:
    model = Recorded(REAL_NOISE)
    assert (len(model.files("train")), len(model.files("test"))) == (94, 46)
    bound = model.bind(scene("test"))
    for _ in range(20):
        noise = bound.sample(RATE, RATE, rng)
        assert np.isfinite(noise).all()
        assert noise.any()
