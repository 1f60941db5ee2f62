"""The plugin author's whole contract: Denoiser, NoiseModel, Degradation, Metric and Corpus.

Audio is float32 [time], mono, full scale 1.0, at the sample rate given beside it. Subclass, give your
constructor typed parameters (they become the plugin's options), and register the class in a hook. This is a
whole plugin, say `benchbox_gate.py`:

    import numpy as np

    from benchbox.hookspecs import hookimpl
    from benchbox.interfaces import Denoiser


    class Gate(Denoiser):
        \"\"\"Mute what is quieter than a share of the clip's peak.\"\"\"

        def __init__(self, share: float = 0.05) -> None:
            self.share = share

        def denoise(self, noisy, sample_rate):
            return np.where(np.abs(noisy) < self.share * np.abs(noisy).max(), 0, noisy)


    @hookimpl
    def register_denoisers(register):
        register("gate", Gate)

Its pyproject.toml says `[project.entry-points.benchbox]` and below that `gate = "benchbox_gate"`. Once it is
installed, `benchbox run gate.toml` compares it with this suite:

    denoisers = ["gate(share=[0.02, 0.05])", "spectral_sub"]
    noises = ["white", "babble"]
    snrs = [0, 5]
    metrics = ["si_sdr", "stoi"]
    limit = 2

plugins/README.md has one of each kind and the tests that come for free.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from benchbox.records import Entry, Holding, Measure, Progress, Samples, Split, Utterance

# ---------------------------------------------------------------------------------------------- denoisers


class Denoiser(ABC):
    """Turn a noisy utterance into an estimate of the clean one."""

    sample_rates: Sequence[int] = ()
    """Accepted rates in Hz; audio at another rate is resampled to the nearest and back. Empty: any."""

    @abstractmethod
    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        """Return the estimate, float32 [time], finite and as long as `noisy` (which may be of any length)."""

    def stream(self, sample_rate: int) -> "Stream | None":
        """Return a new stream at one of the accepted rates; None where the whole utterance is needed.

        What comes out of it is what `denoise` returns, however the samples are cut into blocks.
        """
        return None

    @property
    def parameters(self) -> int | None:
        """Trainable parameters; None where the word has no meaning."""
        return None

    def fingerprint(self) -> str:
        """Return a digest of the files that options name (a model, a program): part of the identity."""
        return ""

    def trained_on(self, sample_rate: int) -> Sequence[Path]:
        """Return files with the fingerprints of what the weights that are used at this rate were trained on.

        A run that would score them on a recording among those is refused. Each training leaves such a file,
        trained_on.npz, and benchmarks/trained_on.py makes one for weights that come from elsewhere.
        """
        return ()


class Stream(ABC):
    """Live audio of one utterance: push what has come in, get what can be said by now."""

    @abstractmethod
    def push(self, samples: Samples) -> Samples:
        """Take float32 [time] of any length, none included; return the next samples of the estimate."""

    @abstractmethod
    def flush(self) -> Samples:
        """Return the rest: in all as many samples as came in. Nothing is pushed any more."""

    def whole(self, samples: Samples) -> Samples:
        """Return the estimate of a whole utterance."""
        return np.concatenate([self.push(samples), self.flush()])


class Examples(Protocol):
    """An endless supply of training pairs, mixed on the fly, and a fixed set to validate on."""

    sample_rate: int

    def draw(self, length: int, rng: np.random.Generator) -> tuple[Samples, Samples]:
        """Return (clean, noisy), each float32 [length], from the train split less its validation part."""

    def validation(self, length: int) -> Sequence[tuple[Samples, Samples]]:
        """Return the same (clean, noisy) pairs on every call, from recordings `draw` never touches."""


class TrainableDenoiser(Denoiser):
    """A denoiser that learns. `benchbox.training.fit_network` offers a torch loop for `fit`."""

    needs_training: bool = True
    """False where the plugin brings its weights."""

    @abstractmethod
    def fit(
        self,
        examples: Examples,
        *,
        rng: np.random.Generator,
        folder: Path,
        progress: Callable[[Progress], None],
    ) -> None:
        """Train; the same `rng` state gives the same weights on the same machine.

        `folder` is this system's own: state that lets a killed training continue goes there, and so does
        whatever is worth keeping (a curve). Call `progress` now and then, it is cheap.
        """

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write what `load` needs. Use safetensors and json: a checkpoint must not execute code."""

    @abstractmethod
    def load(self, folder: Path) -> None:
        """Restore the system that `save` wrote."""


class ExportableDenoiser(Denoiser):
    """A denoiser that can be written as an ONNX model: `benchbox export`."""

    @abstractmethod
    def export(self, path: Path, sample_rate: int, *, spectra: bool) -> None:
        """Write an ONNX file whose metadata tells what `onnx(path=...)` needs to run it.

        Args:
            spectra: leave the STFT out: real and imaginary parts in, and out.

        Raises:
            BadOption: with these options it cannot be exported.
        """


class OracleDenoiser(Denoiser):
    """A bound, not a system: it is shown the clean reference. Tables mark it, ranks leave it out."""

    @abstractmethod
    def denoise_knowing(self, noisy: Samples, clean: Samples, sample_rate: int) -> Samples:
        """Return the estimate a denoiser could give if it knew `clean`."""

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        raise TypeError("an oracle needs the clean reference: call denoise_knowing")


class FinishedEstimates(Denoiser):
    """Estimates that another program made beforehand: they are looked up, not computed."""

    name: str = ""
    """What tables call the system; its spec if empty."""
    padding_seconds: float = 0.0
    """By how much an estimate may be shorter, or longer: it is padded with zeros at its end, or cut."""

    @abstractmethod
    def look_up(self, entry: Entry, sample_rate: int) -> Samples:
        """Return the estimate of an utterance at that rate, float32 [time], as long as it was found.

        Raises:
            BadAudio: there is none, or it cannot be used.
        """

    @abstractmethod
    def holds(self, entry: Entry) -> bool:
        """Say whether there is an estimate of an utterance."""

    @abstractmethod
    def fingerprint(self) -> str:
        """Return a digest that changes when any estimate does."""

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        raise TypeError("finished estimates cannot denoise anything else: they are looked up")


# ------------------------------------------------------------------------------------------------- noises


@dataclass(frozen=True)
class Scene:
    """Where a mixture is made: what a noise model may look at beside its own options."""

    corpus: "Corpus"
    split: Split
    entry: Entry


class Noise(ABC):
    """What disturbs clean speech: subclass `NoiseModel` or `Degradation`, not this."""

    uses_snr: bool = True
    """False where the options fix the level: the suite's SNRs are then not crossed with this model."""

    def bind(self, scene: Scene) -> "Noise":
        """Return the model to use for this utterance; itself unless the scene matters to it."""
        return self

    def fingerprint(self, split: Split) -> str:
        """Return a digest of what the model reads from disk for `split`: part of every job's key."""
        return ""

    def files(self, split: Split) -> Sequence[Path]:
        """Return the audio files the model reads for `split`: searched for noise that leaks into the test."""
        return ()


class NoiseModel(Noise):
    """Additive noise. The toolkit scales it to the SNR."""

    @abstractmethod
    def sample(self, length: int, sample_rate: int, rng: np.random.Generator) -> Samples:
        """Return noise, float32 [length], at any level above silence, drawn from `rng` alone."""


class Degradation(Noise):
    """Anything that is not `clean + gain * noise`: clipping, codecs, noise added in another domain."""

    @abstractmethod
    def corrupt(
        self, clean: Samples, sample_rate: int, snr_db: float | None, rng: np.random.Generator
    ) -> tuple[Samples, Samples]:
        """Return (reference, noisy), both as long as `clean`; `snr_db` is None where `uses_snr` is False.

        The reference is what estimates are scored against: `clean`, unless the condition says otherwise.
        """


# ------------------------------------------------------------------------------------------------ metrics


class Metric(ABC):
    """Score an estimate against the clean reference. One metric may give several measures."""

    needs_reference: bool = True
    """False where it scores recordings that have no clean reference as well."""
    reads_transcript: bool = False
    """True where scores depend on what is said: `prepare_transcribed` is told it."""

    @abstractmethod
    def measures(self, sample_rate: int) -> Sequence[Measure]:
        """Return the measures defined at this rate; empty where there are none (PESQ at 44.1 kHz)."""

    def prepare(self, clean: Samples, sample_rate: int) -> Any:
        """Return what `score` needs of the reference; done once per mixture and shared by every system.

        Where there is no reference, `clean` is empty; only what needs none is asked then.

        Raises:
            Unscorable: the reference is silent, or otherwise unfit; no system gets a score then.
        """
        return clean, sample_rate

    def prepare_transcribed(self, clean: Samples, sample_rate: int, text: str) -> Any:
        """Return what `prepare` does, knowing what is said as well; "" where nobody wrote it down."""
        return self.prepare(clean, sample_rate)

    @abstractmethod
    def score(self, reference: Any, estimate: Samples) -> Mapping[str, float]:
        """Return {measure name: value} for `measures`.

        Raises:
            Unscorable: the score is undefined for this clip; say why. Never return a stand-in number.
        """

    @property
    def identity(self) -> Mapping[str, str]:
        """Say which implementation this is (library, version, mode): unlike identities are not compared."""
        return {}


# ------------------------------------------------------------------------------------------------ corpora


class Corpus(ABC):
    """Speech in two splits, disjoint by recording and, where speakers are known, by speaker."""

    holds: Holding = "clean"
    """What is not "clean" is scored as it was recorded: `load` returns the noisy samples, too."""

    @abstractmethod
    def entries(self, split: Split) -> Sequence[Entry]:
        """Return the split's utterances in a fixed order without decoding audio.

        Raises:
            BadCorpus: the corpus cannot be reached or has no such split.
        """

    @abstractmethod
    def load(self, entry: Entry) -> Utterance:
        """Return one utterance with its audio.

        Raises:
            BadAudio: the file is missing, empty, truncated, not finite ...
        """

    def utterances(self, split: Split) -> Iterator[Utterance]:
        """Stream a split."""
        return (self.load(entry) for entry in self.entries(split))

    def fingerprint(self, split: Split) -> str:
        """Return a digest that changes when any utterance of the split does."""
        lines = (f"{entry.id} {entry.digest}\n" for entry in self.entries(split))
        return hashlib.sha256("".join(lines).encode()).hexdigest()
