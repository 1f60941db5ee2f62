"""What one process keeps between jobs, each cache bounded: plugins, utterances, mixtures, references."""

from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from cachetools import LRUCache, cachedmethod

from benchbox.checks.returned import checked_utterance
from benchbox.evaluation.alignment import estimate_alignment
from benchbox.evaluation.cache import bounded
from benchbox.evaluation.estimate import denoise
from benchbox.evaluation.finished import look_up
from benchbox.evaluation.recorded import recorded_mixture
from benchbox.interfaces import Corpus, Denoiser, FinishedEstimates, Metric, Noise
from benchbox.mixing import make_mixture, offset_db
from benchbox.plan.jobs import BLOCK
from benchbox.records import Entry, Job, Mixture, Progress, Samples, Spec, System, Utterance
from benchbox.registry.discovery import Registry
from benchbox.registry.options import build
from benchbox.results.signature import signature
from benchbox.systems.system import load_denoiser, one_thread

T = TypeVar("T")


def _of_mixture(_: "Worker", job: Job, entry: Entry) -> tuple[Any, ...]:
    """Return what determines a mixture."""
    return job.corpus, entry, job.condition, job.seed, job.snr_definition


def _of_reference(worker: "Worker", metric: Spec, job: Job, entry: Entry) -> tuple[Any, ...]:
    return metric, *_of_mixture(worker, job, entry)


def _of_delay(worker: "Worker", job: Job) -> tuple[Any, ...]:
    return job.system, *(_of_mixture(worker, job, entry) for entry in job.align_on)


class Worker:
    """Builds, loads and makes what jobs need, and keeps what the next ones are likely to need again.

    Args:
        systems: the run folder's systems/, where trained ones lie.
        entering: is told each time a plugin's code is about to run: ("denoiser", "wiener").
        progress: is told how far a training is.
    """

    def __init__(
        self,
        systems: Path,
        registry: Registry,
        entering: Callable[[str, str], None] = lambda *_: None,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self.systems, self.registry, self.entering, self.progress = systems, registry, entering, progress
        # A job's block of clips, of 15 s at 16 kHz say, takes half of each bound.
        self._corpora: MutableMapping[Any, Corpus] = {}
        self._noises: MutableMapping[Any, Noise] = {}
        self._metrics: MutableMapping[Any, Metric] = {}
        self._denoisers: MutableMapping[Any, Denoiser] = LRUCache(8)
        self._utterances: MutableMapping[Any, Utterance] = bounded(megabytes=32)
        self._mixtures: MutableMapping[Any, Mixture] = bounded(megabytes=64)
        self._signatures: MutableMapping[Any, str] = LRUCache(BLOCK)
        self._offsets: MutableMapping[Any, tuple[float, float]] = LRUCache(BLOCK)
        self._references: MutableMapping[Any, Any] = bounded(megabytes=64)
        self._found: MutableMapping[Any, tuple[Samples, int]] = LRUCache(2)
        self._delays: MutableMapping[Any, float] = LRUCache(4096)

    @cachedmethod(attrgetter("_corpora"))
    def corpus(self, spec: Spec) -> Corpus:
        return build(Corpus, spec, self.registry)

    @cachedmethod(attrgetter("_noises"))
    def noise(self, spec: Spec) -> Noise:
        return build(Noise, spec, self.registry)

    @cachedmethod(attrgetter("_metrics"))
    def metric(self, spec: Spec) -> Metric:
        return build(Metric, spec, self.registry)

    @cachedmethod(attrgetter("_denoisers"))
    def denoiser(self, system: System) -> Denoiser:
        """Return a system's denoiser, loaded and called once: the first clip should not pay for imports."""
        self.entering("denoiser", system.label)
        denoiser = load_denoiser(system, self.systems, self.registry)
        silence = np.zeros(8000, np.float32)
        # If it fails on silence too, the clips' rows will say so.
        with one_thread(), suppress(Exception):
            denoise(denoiser, Mixture(silence, silence, 8000, None, None))
        return denoiser

    @cachedmethod(attrgetter("_utterances"))
    def utterance(self, corpus: Spec, entry: Entry) -> Utterance:
        self.entering("corpus", str(corpus))
        loaded = checked_utterance(self.corpus(corpus).load(entry), entry, str(corpus))
        # Copies that nobody can write to: they are shared by everything that is made from them.
        noisy = None if loaded.noisy is None else read_only(loaded.noisy.copy())
        return replace(loaded, samples=read_only(loaded.samples.copy()), noisy=noisy)

    @cachedmethod(attrgetter("_mixtures"), key=_of_mixture)
    def mixture(self, job: Job, entry: Entry) -> Mixture:
        """Return one mixture of a job.

        Raises:
            BadAudio, Unscorable: the utterance cannot be read, or is silent.
            BadPlugin: the noise model breaks its contract.
        """
        utterance = self.utterance(job.corpus, entry)
        if self.corpus(job.corpus).holds != "clean":
            return recorded_mixture(utterance)
        self.entering("noise", str(job.condition.noise))
        mixture = make_mixture(
            self.corpus(job.corpus),
            utterance,
            self.noise(job.condition.noise),
            job.condition.snr_db,
            noise_name=str(job.condition.noise),
            seed=job.seed,
            split="test",
            definition=job.snr_definition,
        )
        # Copies here, too: a degradation may keep what it returned, and fill it anew next time.
        return replace(mixture, clean=read_only(mixture.clean.copy()), noisy=read_only(mixture.noisy.copy()))

    @cachedmethod(attrgetter("_signatures"), key=_of_mixture)
    def signature(self, job: Job, entry: Entry) -> str:
        """Return the signature of a mixture's samples."""
        mixture = self.mixture(job, entry)
        return signature(mixture.noisy, mixture.clean)

    @cachedmethod(attrgetter("_offsets"), key=_of_mixture)
    def offsets(self, job: Job, entry: Entry) -> tuple[float, float]:
        """Return how much of the level of speech and of noise is a DC offset, in dB."""
        mixture = self.mixture(job, entry)
        if not mixture.clean.size:
            return 0.0, 0.0
        return offset_db(mixture.clean), offset_db(mixture.noisy - mixture.clean)

    @cachedmethod(attrgetter("_references"), key=_of_reference)
    def reference(self, metric: Spec, job: Job, entry: Entry) -> Any:
        """Return what a metric keeps of a mixture's clean speech, for all systems."""
        mixture = self.mixture(job, entry)
        clean = mixture.clean.copy()
        return read_only(self.metric(metric).prepare_transcribed(clean, mixture.sample_rate, entry.text))

    def estimate(self, system: System, mixture: Mixture, entry: Entry) -> Samples:
        """Return a system's estimate.

        Raises:
            BadAudio: it was to be found, and cannot be used.
            BadPlugin: the estimate cannot be used. Whatever else the denoiser raises comes through.
        """
        denoiser = self.denoiser(system)
        self.entering("denoiser", system.label)
        if isinstance(denoiser, FinishedEstimates):
            return self._looked_up(system, mixture, entry)[0]
        with one_thread():
            return denoise(denoiser, mixture)

    def surplus(self, system: System, mixture: Mixture, entry: Entry) -> int | None:
        """Return how much longer a finished estimate was than its mixture; None of what is made here."""
        return self._looked_up(system, mixture, entry)[1] if system.finished else None

    @cachedmethod(attrgetter("_found"))
    def _looked_up(self, system: System, mixture: Mixture, entry: Entry) -> tuple[Samples, int]:
        denoiser = self.denoiser(system)
        assert isinstance(denoiser, FinishedEstimates)
        return read_only(look_up(denoiser, mixture, entry))

    @cachedmethod(attrgetter("_delays"), key=_of_delay)
    def delay(self, job: Job) -> float:
        """Return the system's delay in samples, 0 where it has none or it is not the same on every clip."""
        delays = []
        for entry in job.align_on:
            with suppress(Exception):  # These clips have rows of their own, which say what went wrong.
                mixture = self.mixture(job, entry)
                delay = estimate_alignment(mixture, self.estimate(job.system, mixture, entry)).delay_samples
                if delay is not None:
                    delays.append(delay)
        return float(np.median(delays)) if delays and np.ptp(delays) <= 1 else 0.0


def read_only(value: T) -> T:
    """Return `value` with its arrays, in tuples, lists and dictionaries too, closed to writing.

    Whatever one plugin wrote there, the next one would read.
    """
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, tuple | list):
        for part in value:
            read_only(part)
    elif isinstance(value, dict):
        for part in value.values():
            read_only(part)
    return value
