"""Conformance kit for plugin authors: subclass a contract, name your plugin, and pytest checks the rest.

    from benchbox.testing import DenoiserContract

    class TestExample(DenoiserContract):
        spec = "example(strength=2)"

The plugin is built through its entry point, so it must be installed, the way users will have it.
Override `make` to hand over an object instead. `FakeCorpus` is a corpus that needs no files.

The kit accepts what `benchbox run` accepts: an estimate may be floats of any width, which become float32;
noise and the audio of a corpus are float32 from the start.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from benchbox.errors import BadCorpus, Unscorable
from benchbox.evaluation.estimate import checked
from benchbox.hookspecs import INTERFACES
from benchbox.interfaces import (
    Corpus,
    Degradation,
    Denoiser,
    Metric,
    NoiseModel,
    OracleDenoiser,
    Scene,
    TrainableDenoiser,
)
from benchbox.records import Entry, Samples, Split, Utterance
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec
from benchbox.synthetic import speech_like
from benchbox.systems.pairs import TrainingExamples

RATE = 8000
"""Sample rate of the signals that the contracts test with, Hz."""


STREAM_TOLERANCE = 1e-5
"""How far samples from a stream may lie from those of `denoise`, full scale being 1."""


class FakeCorpus(Corpus):
    """A corpus made of `speech_like` sounds: four speakers a split, no files."""

    def __init__(self, recordings: int = 8, seconds: float = 2.0, sample_rate: int = RATE) -> None:
        self.recordings, self.length, self.sample_rate = recordings, int(seconds * sample_rate), sample_rate

    def entries(self, split: Split) -> Sequence[Entry]:
        return [
            Entry(
                id=f"{split}-{number}",
                recording=f"{split}-{number}",
                digest=f"{split}-{number}-{self.length}-{self.sample_rate}",
                speaker=f"{split}-speaker-{number % 4}",
            )
            for number in range(self.recordings)
        ]

    def load(self, entry: Entry) -> Utterance:
        rng = np.random.default_rng(list(entry.id.encode()))
        return Utterance(entry, speech_like(self.length, rng, self.sample_rate), self.sample_rate)


class _Contract:
    kind: ClassVar[str]
    spec: ClassVar[str]

    def make(self) -> Any:
        """Return the plugin object under test."""
        return build(INTERFACES[self.kind], parse_spec(self.spec), discover())


class DenoiserContract(_Contract):
    """What every denoiser must do: keep the length, stay finite, leave its input alone, repeat itself."""

    kind = "denoisers"

    @pytest.fixture
    def denoiser(self) -> Denoiser:
        return self.make()  # type: ignore[no-any-return]

    def denoise(self, denoiser: Denoiser, noisy: Samples) -> Samples:
        """Return the estimate as a run would take it.

        Raises:
            BadPlugin: a run would refuse it; says why.
        """
        rate = denoiser.sample_rates[0] if denoiser.sample_rates else RATE
        if isinstance(denoiser, OracleDenoiser):
            return checked(denoiser.denoise_knowing(noisy, 0.5 * noisy, rate), noisy)
        return checked(denoiser.denoise(noisy, rate), noisy)

    @pytest.mark.parametrize("length", [1, 7, 100, 4001, 16000])
    def test_keeps_the_length_for_any_length(self, denoiser: Denoiser, length: int) -> None:
        noisy = np.random.default_rng(0).normal(0, 0.1, length).astype(np.float32)
        self.denoise(denoiser, noisy)

    def test_stays_finite_on_silence(self, denoiser: Denoiser) -> None:
        self.denoise(denoiser, np.zeros(8000, np.float32))

    def test_leaves_its_input_alone(self, denoiser: Denoiser) -> None:
        noisy = speech_like(8000, np.random.default_rng(1))
        before = noisy.copy()
        self.denoise(denoiser, noisy)
        _same(noisy, before, "denoise changed the array it was given: work on a copy")

    def test_repeats_itself_whatever_came_between(self, denoiser: Denoiser) -> None:
        rng = np.random.default_rng(2)
        first, other = speech_like(8000, rng), rng.normal(0, 0.3, 5000).astype(np.float32)
        once = self.denoise(denoiser, first)
        self.denoise(denoiser, other)
        _same(
            self.denoise(denoiser, first),
            once,
            "the same input gave another estimate after another clip: keep no state between calls, and "
            "draw nothing at random",
        )

    def test_streams_what_it_denoises_however_it_is_cut(self, denoiser: Denoiser) -> None:
        rate = denoiser.sample_rates[0] if denoiser.sample_rates else RATE
        if denoiser.stream(rate) is None:
            pytest.skip("it does not stream")
        rng = np.random.default_rng(6)
        for length in (0, 1, rate // 7, rate):
            noisy = speech_like(rate, rng, rate)[:length]
            whole = denoiser.denoise(noisy, rate) if length else noisy
            for cuts in ([], [0, length], sorted(rng.integers(0, length + 1, 40))):
                stream = denoiser.stream(rate)
                assert stream is not None, "stream gave a stream the first time, and None the second"
                pieces = [stream.push(piece) for piece in np.split(noisy, cuts)] + [stream.flush()]
                got = np.concatenate(pieces)
                assert got.size == length, f"{length} samples went into the stream, {got.size} came out"
                np.testing.assert_allclose(
                    got, whole, atol=STREAM_TOLERANCE, rtol=0, err_msg="the stream gave something else"
                )


class TrainableContract(DenoiserContract):
    """What a trainable denoiser must do besides: come back from disk as it was, train alike twice.

    Give it a `spec` that trains in seconds.
    """

    def fitted(self, folder: Path) -> TrainableDenoiser:
        denoiser: TrainableDenoiser = self.make()
        rate = denoiser.sample_rates[0] if denoiser.sample_rates else RATE
        examples = TrainingExamples(
            FakeCorpus(sample_rate=rate), [("fake", FakeNoise())], snrs_db=(0, 10), seed=0, sample_rate=rate
        )
        denoiser.fit(examples, rng=np.random.default_rng(0), folder=folder, progress=lambda _: None)
        return denoiser

    @pytest.fixture(scope="class")
    @classmethod
    def trained_folder(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("trained")
        cls().fitted(folder).save(folder)
        return folder

    @pytest.fixture
    def denoiser(self, trained_folder: Path) -> Denoiser:
        denoiser: TrainableDenoiser = self.make()
        denoiser.load(trained_folder)
        return denoiser

    def test_trains_alike_twice_and_returns_from_disk_unchanged(
        self, denoiser: Denoiser, tmp_path: Path
    ) -> None:
        noisy = speech_like(8000, np.random.default_rng(3))
        again = self.fitted(tmp_path)
        _same(
            self.denoise(again, noisy),
            self.denoise(denoiser, noisy),
            "a second training with the same rng gave another denoiser than the one that save and load "
            "brought back: draw from `rng` alone, and save all that denoise uses",
        )


class FakeNoise(NoiseModel):
    """Gaussian noise, the plainest there is."""

    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        return rng.standard_normal(length).astype(np.float32)


class NoiseContract(_Contract):
    """What every noise model or degradation must do: fit the clip, draw from `rng` alone, not be silent."""

    kind = "noises"
    snr_db: ClassVar[float] = 5.0

    def noise(self, length: int, seed: int) -> Samples:
        """Return noise as a run would take it."""
        model = self.make()
        corpus = FakeCorpus()
        bound = model.bind(Scene(corpus, "test", corpus.entries("test")[0]))
        rng = np.random.default_rng(seed)
        if not isinstance(bound, Degradation):
            return _samples(bound.sample(length, RATE, rng), "sample", length)
        clean = speech_like(length, np.random.default_rng(9))
        pair = bound.corrupt(clean, RATE, self.snr_db if bound.uses_snr else None, rng)
        assert isinstance(pair, tuple), f"corrupt returned a {type(pair).__name__}, not (reference, noisy)"
        assert len(pair) == 2, f"corrupt returned {len(pair)} values, not (reference, noisy)"
        reference, noisy = (_samples(signal, "corrupt", length) for signal in pair)
        return noisy - reference

    @pytest.mark.parametrize("length", [1, 100, 8000, 12345])
    def test_fits_any_length(self, length: int) -> None:
        self.noise(length, 0)

    def test_is_not_silent(self) -> None:
        assert self.noise(16000, 0).any(), "all samples of the noise are 0: it cannot be scaled to an SNR"

    def test_draws_from_the_given_rng_alone(self) -> None:
        once, again, other = self.noise(8000, 1), self.noise(8000, 1), self.noise(8000, 2)
        _same(again, once, "two generators with the same seed gave other noise: draw from `rng` alone")
        assert not np.array_equal(once, other), "two seeds gave the same noise: draw from `rng`"


class MetricContract(_Contract):
    """What every metric must do: prefer the clean signal, refuse what it cannot score, never return NaN."""

    kind = "metrics"
    sample_rate: ClassVar[int] = RATE

    def scores(self, clean: Samples, estimate: Samples) -> dict[str, float]:
        metric: Metric = self.make()
        return dict(metric.score(metric.prepare(clean, self.sample_rate), estimate))

    @pytest.fixture
    def clean(self) -> Samples:
        return speech_like(3 * self.sample_rate, np.random.default_rng(4), self.sample_rate)

    @pytest.fixture
    def noisy(self, clean: Samples) -> Samples:
        noise = np.random.default_rng(5).normal(0, 0.02, len(clean))
        return (clean + noise).astype(np.float32)

    def test_gives_the_measures_it_declares_within_their_bounds(self, clean: Samples, noisy: Samples) -> None:
        measures = self.make().measures(self.sample_rate)
        assert measures, f"measures({self.sample_rate}) is empty: set sample_rate to one that it scores at"
        scores = self.scores(clean, noisy)
        declared = [measure.name for measure in measures]
        assert sorted(scores) == sorted(declared), f"score gave {[*scores]}, measures declares {declared}"
        for measure in measures:
            low, high = measure.bounds
            value = scores[measure.name]
            assert np.isfinite(value), f"{measure.name} is {value}: raise Unscorable where it is undefined"
            assert low is None or value >= low, f"{measure.name} is {value}, below its lower bound {low}"
            assert high is None or value <= high, f"{measure.name} is {value}, above its upper bound {high}"

    def test_prefers_the_clean_signal(self, clean: Samples, noisy: Samples) -> None:
        best, worse = self.scores(clean, clean), self.scores(clean, noisy)
        for measure in self.make().measures(self.sample_rate):
            clean_score, noisy_score = best[measure.name], worse[measure.name]
            assert (clean_score > noisy_score) is measure.higher_is_better, (
                f"{measure.name} of the clean signal is {clean_score}, of a noisy one {noisy_score}, but "
                f"higher_is_better is {measure.higher_is_better}"
            )

    def test_repeats_itself_and_leaves_its_inputs_alone(self, clean: Samples, noisy: Samples) -> None:
        before = clean.copy(), noisy.copy()
        once, again = self.scores(clean, noisy), self.scores(clean, noisy)
        assert again == once, f"the same signals scored {once}, then {again}"
        _same(clean, before[0], "prepare or score changed the clean signal: work on a copy")
        _same(noisy, before[1], "score changed the estimate: work on a copy")

    @pytest.mark.parametrize("silent", ["clean", "estimate", "both"])
    def test_gives_a_number_or_a_reason_on_silence(self, clean: Samples, silent: str) -> None:
        nothing = np.zeros_like(clean)
        reference = nothing if silent in ("clean", "both") else clean
        estimate = nothing if silent in ("estimate", "both") else clean
        with suppress(Unscorable):
            for name, value in self.scores(reference, estimate).items():
                assert np.isfinite(value), f"{name} is {value} on silence ({silent}): raise Unscorable"


class CorpusContract(_Contract):
    """What every corpus must do: unique ids, disjoint splits, the audio its entries promise."""

    kind = "corpora"

    @pytest.fixture
    def corpus(self) -> Corpus:
        return self.make()  # type: ignore[no-any-return]

    def test_names_each_utterance_once(self, corpus: Corpus) -> None:
        ids = [entry.id for split in ("train", "test") for entry in _entries(corpus, split)]
        assert ids, "both splits are empty"
        twice = sorted(name for name, count in Counter(ids).items() if count > 1)
        assert not twice, f"ids must be unique over both splits; more than once: {_some(twice)}"

    def test_splits_share_no_recording_and_no_speaker(self, corpus: Corpus) -> None:
        train, test = _entries(corpus, "train"), corpus.entries("test")
        for part in ("recording", "speaker"):
            shared = {getattr(entry, part) for entry in train} & {getattr(entry, part) for entry in test}
            assert not shared - {None}, f"train and test share a {part}: {_some(sorted(shared - {None}))}"

    def test_loads_what_it_lists(self, corpus: Corpus) -> None:
        entries = corpus.entries("test")
        assert entries, "the test split is empty"
        utterance = corpus.load(entries[0])
        assert utterance.entry == entries[0], f"load({entries[0]}) gave the utterance of {utterance.entry}"
        again = corpus.load(entries[0])
        wanted = {
            "clean": ("samples",),
            "pairs": ("samples", "noisy"),
            "recordings": ("noisy",),
            "references": ("samples",),
        }
        for part in wanted[corpus.holds]:
            samples = _samples(getattr(utterance, part), "load")
            assert samples.size, f"load gave no {part}"
            _same(getattr(again, part), samples, "load gave other samples the second time")
        if corpus.holds == "pairs":
            lengths = utterance.samples.size, np.asarray(utterance.noisy).size
            assert lengths[0] == lengths[1], f"clean and noisy are not of one length: {lengths}"

    def test_is_the_same_when_made_again(self, corpus: Corpus) -> None:
        again: Corpus = self.make()
        assert again.entries("test") == corpus.entries("test"), (
            "a second object lists other test entries: order and content must depend on the options alone"
        )
        once, twice = corpus.fingerprint("test"), again.fingerprint("test")
        assert twice == once, f"a second object has another fingerprint: {twice} after {once}"


def _entries(corpus: Corpus, split: Split) -> Sequence[Entry]:
    """Return a split's entries, none where there is no such split."""
    try:
        return corpus.entries(split)
    except BadCorpus:
        return ()


def _samples(signal: Any, source: str, length: int | None = None) -> Samples:
    """Check that a plugin's audio is what a run takes."""
    wanted = f"float32 [{'time' if length is None else length}]"
    assert isinstance(signal, np.ndarray), f"{source} returned a {type(signal).__name__}, not {wanted}"
    right = signal.dtype == np.float32 and signal.ndim == 1 and length in (None, signal.size)
    assert right, f"{source} returned {signal.dtype} {list(signal.shape)}, not {wanted}"
    assert np.isfinite(signal).all(), f"{source} returned NaN or infinite samples, not {wanted}"
    return signal


def _same(got: Samples, wanted: Samples, what: str) -> None:
    np.testing.assert_array_equal(got, wanted, err_msg=what)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
