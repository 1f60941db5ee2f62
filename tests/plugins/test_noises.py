"""Noise models against the spectra, corpora and folders they promise to follow."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.signal
import soundfile
from benchbox_noises.babble import Babble
from benchbox_noises.brown import Brown
from benchbox_noises.car import Car
from benchbox_noises.hum import Hum
from benchbox_noises.pink import Pink
from benchbox_noises.recorded import CROSSFADE_SECONDS, Recorded, cut
from benchbox_noises.stft_gaussian import StftGaussian
from benchbox_noises.white import White
from benchbox_noises.wind import Wind

from benchbox.errors import BadAudio, BadCorpus, BadOption
from benchbox.interfaces import NoiseModel, Scene
from benchbox.mixing import active_level_db, rms_level_db
from benchbox.records import Entry, Samples, Split, Utterance
from benchbox.synthetic import speech_like
from benchbox.testing import FakeCorpus, NoiseContract

RATE = 8000
REAL_NOISE = Path(__file__).parents[3] / "shared" / "audio" / "noise"


class TestWhite(NoiseContract):
    spec = "white"


class TestPink(NoiseContract):
    spec = "pink"


class TestBrown(NoiseContract):
    spec = "brown"


class TestStftGaussian(NoiseContract):
    spec = "stft_gaussian"


class TestStftGaussianReal(NoiseContract):
    spec = "stft_gaussian(part=real)"


class TestBabble(NoiseContract):
    spec = "babble"


class TestHum(NoiseContract):
    spec = "hum(frequency=60)"


class TestCar(NoiseContract):
    spec = "car"


class TestWind(NoiseContract):
    spec = "wind"


class TestRecorded(NoiseContract):
    @pytest.fixture(autouse=True)
    def recordings(self, noise_folder: Path) -> None:
        self.folder = noise_folder

    def make(self) -> Any:
        return Recorded(self.folder)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


# ------------------------------------------------------------------------------------------------ spectra


def octave_levels_db(samples: Samples, lowest: Sequence[float], rate: int = RATE) -> list[float]:
    """Return the mean power density of the octave above each of these frequencies."""
    frequency, density = scipy.signal.welch(samples, rate, nperseg=rate)
    return [10 * np.log10(density[(frequency >= low) & (frequency < 2 * low)].mean()) for low in lowest]


@pytest.mark.parametrize(
    ("model", "octave_db"),
    [(White(), 0.0), (Pink(), -3.01), (Brown(), -6.02)],
    ids=["white", "pink", "brown"],
)
@pytest.mark.parametrize("rate", [8000, 48000])
def test_coloured_noise_falls_by_its_slope(
    model: NoiseModel, octave_db: float, rate: int, rng: np.random.Generator
) -> None:
    noise = model.sample(60 * rate, rate, rng)
    levels = octave_levels_db(noise, [60, 120, 240, 480, 960, 1920], rate)
    np.testing.assert_allclose(np.diff(levels), octave_db, atol=0.35)


@pytest.mark.parametrize("model", [Pink(), Brown(), Car(), Wind()], ids=["pink", "brown", "car", "wind"])
def test_nothing_is_hidden_below_hearing(model: NoiseModel, rng: np.random.Generator) -> None:
    noise = model.sample(10 * RATE, RATE, rng)
    spectrum = np.abs(np.fft.rfft(noise)) ** 2
    assert spectrum[: 15 * 10].sum() < 0.01 * spectrum.sum()  # below 15 Hz; gusts smear 20 Hz a little


def test_car_noise_is_rumble_that_falls_by_12_db_an_octave(rng: np.random.Generator) -> None:
    noise = Car().sample(60 * RATE, RATE, rng)
    frequency, density = scipy.signal.welch(noise, RATE, nperseg=RATE)
    assert density[frequency < 500].sum() > 0.99 * density.sum()
    fall_db = np.diff(octave_levels_db(noise, [120, 240]))  # the engine's orders stand out a little
    np.testing.assert_allclose(fall_db, -11, atol=1.5)


def test_a_car_engine_hums_at_twice_its_turning_rate(rng: np.random.Generator) -> None:
    noise = Car(rpm=6000).sample(20 * RATE, RATE, rng)
    frequency, density = scipy.signal.welch(noise, RATE, nperseg=RATE)
    around = (frequency > 150) & (frequency < 300)
    assert frequency[around][density[around].argmax()] == pytest.approx(200, rel=0.03)


def test_wind_blows_in_gusts(rng: np.random.Generator) -> None:
    noise = Wind().sample(60 * RATE, RATE, rng)
    levels = [rms_level_db(noise[start : start + RATE]) for start in range(0, noise.size, RATE)]
    assert max(levels) - min(levels) > 15
    assert octave_levels_db(noise, [100])[0] - octave_levels_db(noise, [1600])[0] > 25


def test_hum_stands_on_the_mains_frequency_and_its_harmonics(rng: np.random.Generator) -> None:
    noise = Hum(frequency=50.0).sample(20 * RATE, RATE, rng)
    frequency, density = scipy.signal.welch(noise, RATE, nperseg=2 * RATE)
    near = np.abs(frequency / 50 - np.round(frequency / 50)) * 50 <= 2
    assert density[near].sum() > 0.999 * density.sum()
    assert frequency[density.argmax()] == pytest.approx(50, abs=0.5)
    assert density[frequency > 1300].sum() < 1e-6 * density.sum()


@pytest.mark.parametrize("model", [White(), Pink(), Brown(), Car(), Wind(), Hum()])
def test_synthetic_noise_is_drawn_at_any_rate_without_aliasing_into_silence(
    model: NoiseModel, rng: np.random.Generator
) -> None:
    for rate in (8000, 16000, 44100, 48000):
        noise = model.sample(rate // 2, rate, rng)
        assert noise.shape == (rate // 2,)
        assert noise.std() > 0.01


# --------------------------------------------------------------------------------- the paper's condition


@pytest.fixture
def speech(rng: np.random.Generator) -> Samples:
    return speech_like(2 * RATE, rng)


def papers_spectrum(samples: Samples) -> Any:
    return scipy.signal.stft(samples, fs=8000, nperseg=519, noverlap=488)[2]


def papers_inverse(spectrum: Any, length: int) -> Any:
    return scipy.signal.istft(spectrum, fs=8000, nperseg=519, noverlap=488)[1][:length]


def test_the_papers_reference_is_the_real_part_of_the_spectrogram(speech: Samples) -> None:
    reference, _ = StftGaussian(part="real").corrupt(speech, RATE, None, np.random.default_rng(0))
    np.testing.assert_allclose(
        reference, papers_inverse(papers_spectrum(speech).real, speech.size), atol=1e-6
    )


def test_the_papers_noise_is_added_to_the_standardised_spectrogram(speech: Samples) -> None:
    reference, noisy = StftGaussian(sigma=0.7, part="real").corrupt(
        speech, RATE, None, np.random.default_rng(0)
    )
    spectrum = papers_spectrum(speech).real
    mean, std = spectrum.mean(), spectrum.std()
    drawn = np.random.default_rng(0).standard_normal(spectrum.shape, dtype=np.float32)
    expected = ((spectrum - mean) / std + 0.7 * drawn) * std + mean
    np.testing.assert_allclose(noisy, papers_inverse(expected, speech.size), atol=1e-5)
    assert not np.allclose(reference, noisy, atol=1e-3)


def test_complex_noise_leaves_the_reference_alone_and_follows_sigma(speech: Samples) -> None:
    def noise(sigma: float) -> Samples:
        reference, noisy = StftGaussian(sigma).corrupt(speech, RATE, None, np.random.default_rng(0))
        np.testing.assert_array_equal(reference, speech)
        return noisy - reference

    assert rms_level_db(noise(1.0)) - rms_level_db(noise(0.1)) == pytest.approx(20, abs=0.01)


def test_a_given_std_replaces_the_utterances_own(speech: Samples) -> None:
    own = papers_spectrum(speech)
    std = float(np.stack([own.real, own.imag]).std())
    _, by_own = StftGaussian().corrupt(speech, RATE, None, np.random.default_rng(0))
    _, by_given = StftGaussian(std=std).corrupt(speech, RATE, None, np.random.default_rng(0))
    np.testing.assert_allclose(by_given, by_own, atol=1e-6)


def test_sigma_none_mixes_at_the_suites_snr(speech: Samples) -> None:
    assert StftGaussian(sigma=None).uses_snr
    assert not StftGaussian().uses_snr
    reference, noisy = StftGaussian(sigma=None, part="real").corrupt(
        speech, RATE, 3.0, np.random.default_rng(0)
    )
    snr_db = active_level_db(reference, RATE) - rms_level_db(noisy - reference)
    assert snr_db == pytest.approx(3, abs=0.01)


# ------------------------------------------------------------------------------------------------- babble


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


# ----------------------------------------------------------------------------------------------- recorded


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
