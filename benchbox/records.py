"""The values that cross boundaries: frozen, free of behaviour, cheap to pickle."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
"""Mono audio, float32 [time], full scale 1.0."""

Split: TypeAlias = Literal["train", "test"]
"""Which part of a corpus; the two share no recording."""
Holding: TypeAlias = Literal["clean", "pairs", "recordings", "references", "estimates"]
"""What a corpus holds: clean speech to be mixed, clean and noisy as recorded, noisy recordings alone.

References are clean speech that is not mixed, estimates have neither a clean nor a noisy side: on both, only
finished estimates are scored.
"""
SnrDefinition: TypeAlias = Literal["active", "rms"]
"""Speech level over active speech (ITU-T P.56) or over the whole file."""


@dataclass(frozen=True)
class Spec:
    """A plugin's name with the options a user gave it, such as `vqunet(channels=32)`."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    alias: str = field(default="", compare=False)
    """What its user calls it: it is shown, and decides nothing."""

    @property
    def written(self) -> str:
        """Return the text with its alias: "ours=vqunet(steps=5000)"."""
        return f"{self.alias}={self}" if self.alias else str(self)

    def __str__(self) -> str:
        """Return the text that `options.parse_spec` reads back to an equal Spec."""
        if not self.options:
            return self.name
        return f"{self.name}({', '.join(f'{key}={_literal(value)}' for key, value in self.options.items())})"

    def __hash__(self) -> int:
        return hash(str(self))


@dataclass(frozen=True)
class Entry:
    """One utterance of a corpus before its audio is read."""

    id: str
    """Unique within the corpus, the same on every machine."""
    recording: str
    """Excerpts of one recording are not independent: the bootstrap and the split keep them together."""
    digest: str
    """Changes when the audio changes: part of every job's key."""
    speaker: str | None = None
    text: str = ""
    # No part of an entry's text, which is part of the keys of jobs that are aligned.
    noise: str = field(default="", repr=False)
    """Of a pair: what disturbs the speech, where a table says so."""
    snr_db: float | None = field(default=None, repr=False)
    """Of a pair: its SNR, where a table gives it."""


@dataclass(frozen=True, eq=False)  # arrays are not equal as a whole: each utterance is itself
class Utterance:
    """One utterance with its audio."""

    entry: Entry
    samples: Samples
    """The clean speech; empty where a corpus has none."""
    sample_rate: int
    noisy: Samples | None = None
    """The same in noise, as it was recorded; None where the toolkit is to mix it."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """One noisy utterance: what every denoiser gets (noisy) and what it is scored against (clean)."""

    clean: Samples
    """Empty where there is no reference."""
    noisy: Samples
    """The clean speech itself where there is nothing but finished estimates to compare with it."""
    sample_rate: int
    snr_active_db: float | None
    """Realised SNR over active speech (ITU-T P.56); None where the speech level is undefined."""
    snr_rms_db: float | None
    """Realised SNR over the whole file."""


@dataclass(frozen=True)
class Measure:
    """One column of scores."""

    name: str
    unit: str = ""
    higher_is_better: bool = True
    bounds: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class Progress:
    """Where a training stands; what else is worth a column of its curve goes into `facts`."""

    step: int
    steps: int
    facts: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    """A sentence for whoever waits for it, such as a warning; it is told once, in a line of its own."""


Part: TypeAlias = tuple[str, str]
"""A plugin at work: ("denoiser", "wiener"), ("metric", "pesq"), ("noise", "white"), ("corpus", "spoken")."""

Report: TypeAlias = Callable[[str, int, int, str], None]
"""(task, done, total, note): what a progress display is told."""


@dataclass(frozen=True)
class System:
    """One row of the leaderboard: a denoiser with its options and, where it learns, its training."""

    label: str
    """What it is called wherever it is shown; rows are kept under the text of its spec."""
    spec: Spec
    identity: str
    """The plugin's code and, where it learns, everything that decides the weights."""
    trainable: bool = False
    oracle: bool = False
    folder: str = ""
    """Where its checkpoint lies, below the run folder's systems/."""
    finished: bool = False
    """Its estimates were made beforehand, by another program."""


@dataclass(frozen=True)
class Condition:
    """One noise model at one SNR; None where the model fixes its own level."""

    noise: Spec
    snr_db: float | None


@dataclass(frozen=True)
class Job:
    """The unit of work, of caching and of resuming: one system on a block of mixtures of one condition."""

    key: str
    """A digest of all that determines the rows: same key, same rows."""
    system: System
    condition: Condition
    corpus: Spec
    entries: tuple[Entry, ...]
    mixtures: tuple[str, ...]
    """Identity of each entry's mixture, the same for every system and in every run that mixes alike."""
    metrics: tuple[Spec, ...]
    sample_rate: int
    """Of the corpus, Hz: decides which measures a clip that cannot be read is missing."""
    align_on: tuple[Entry, ...]
    """Where a constant delay is to be undone before scoring: the utterances it is measured on."""
    seed: int
    snr_definition: SnrDefinition


@dataclass(frozen=True)
class Score:
    """One measure of one estimate, or the reason why there is none. Free of timings: same run, same bytes."""

    system: str
    """The text of its spec; tables have the label in its place."""
    noise: str
    snr_db: float | None
    utterance: str
    recording: str
    speaker: str | None
    mixture: str
    measure: str
    value: float | None
    status: Literal["ok", "unscorable", "error"]
    """unscorable: the measure is undefined here, and will be again. error: something broke; worth a retry."""
    failure: str | None
    snr_active_db: float | None
    snr_rms_db: float | None
    delay_samples: float | None
    """Of the estimate as the denoiser gave it, against its input; None where they have nothing in common."""
    gain_db: float | None
    polarity: float | None
    audio: str | None = None
    """Signature of the noisy and the reference samples; None where there is no mixture."""
    estimate: str | None = None
    """Digest of the estimate's samples; None where there is none."""
    sample_rate: float | None = None
    """Of the mixture, in Hz."""
    speech_offset_db: float | None = None
    """How many dB of the clean speech's RMS level are a DC offset."""
    noise_offset_db: float | None = None
    """The same of what was added to it."""
    surplus_samples: float | None = None
    """Of a finished estimate: how much longer it was than the mixture, or shorter (negative), as read."""


@dataclass(frozen=True)
class Timing:
    """What one estimate cost."""

    system: str
    noise: str
    snr_db: float | None
    utterance: str
    seconds_audio: float
    seconds_denoise: float


@dataclass(frozen=True)
class Cost:
    """What a system costs, on one CPU thread; see `costs.cost.measure_cost`."""

    parameters: int | None
    macs_per_second_network: float | None
    """Multiply-accumulates in torch a second of audio; None for systems without torch."""
    macs_per_second_total: float | None
    """The same with torch's Fourier transforms."""
    macs_coverage: str | None
    """Which operations were counted, and which were not."""
    real_time_factor_p50: float
    """Time to denoise over duration."""
    real_time_factor_p95: float
    algorithmic_delay_ms: float | None
    """How long after its input the output can be had at best; None: when the whole utterance is over.

    Measured, so a little low: the ends of a tapered window are hardly heard. 26 ms for a Hann window of 32.
    """
    checkpoint_bytes: int | None
    """What `save` writes; None where nothing was learnt."""
    peak_memory_mb: float | None = None
    """What the first estimate adds to a fresh process, libraries that the system imports included."""


@dataclass(frozen=True)
class ClipRows:
    """What one utterance of a job gives back."""

    scores: tuple[Score, ...]
    timing: Timing | None = None
    """None where there is no estimate."""
    tracebacks: Mapping[str, str] = field(default_factory=dict)
    """Failure -> where it was raised."""


@dataclass(frozen=True)
class Evaluation:
    """What a job gives back."""

    key: str
    scores: Sequence[Score]
    timings: Sequence[Timing]
    tracebacks: Mapping[str, str] = field(default_factory=dict)
    """Failure -> where it was first raised."""

    @property
    def final(self) -> bool:
        """Say whether the rows may be kept for good; what broke is tried again in the next run."""
        return all(score.status != "error" for score in self.scores)


def _literal(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_literal, value))}]"
    return json.dumps(value, ensure_ascii=False)
