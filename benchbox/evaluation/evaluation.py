"""One clip of a job -> its rows: mix, denoise, score. Nothing that a plugin or a file does is raised here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal, TypeVar

import numpy as np

from benchbox.errors import BadAudio, BadPlugin, Unscorable
from benchbox.evaluation.alignment import Alignment, estimate_alignment, shift
from benchbox.evaluation.worker import Worker
from benchbox.records import ClipRows, Evaluation, Job, Mixture, Part, Samples, Score, Spec, Timing

T = TypeVar("T")


@dataclass(frozen=True)
class _Failure:
    status: Literal["unscorable", "error"]
    reason: str


class _Clip:
    """One mixture on its way through a job."""

    def __init__(self, job: Job, index: int, worker: Worker, known: Mapping[Part, str]) -> None:
        self.job, self.worker, self.known = job, worker, known
        self.index, self.entry = index, job.entries[index]

    def attempt(
        self, word: str, parts: tuple[Part, ...], action: Callable[..., T], *given: Any
    ) -> T | _Failure:
        """Call a plugin; what it raises, or is known to do to a process, becomes a failure."""
        for part in parts:
            if part in self.known:
                return _Failure("error", self.known[part])
        try:
            return action(*given)
        except (BadAudio, Unscorable) as error:
            return _Failure("unscorable", str(error))
        except (Exception, SystemExit) as error:
            text = str(error) if isinstance(error, BadPlugin) else f"{type(error).__name__}: {error}"
            return _Failure("error", f"{word}: {text}".splitlines()[0])

    def rows(self) -> ClipRows:
        job, worker = self.job, self.worker
        making = (("corpus", str(job.corpus)), ("noise", str(job.condition.noise)))
        denoising = (("denoiser", job.system.label),)
        # Loaded before the clock starts; if that fails, the clip's rows will say so.
        self.attempt("denoiser", denoising, worker.denoiser, job.system)
        mixture = self.attempt("mixture", making, worker.mixture, job, self.entry)
        if isinstance(mixture, _Failure):
            return ClipRows(tuple(self._failed(mixture)))
        started = perf_counter()
        estimate = self.attempt("denoiser", denoising, worker.estimate, job.system, mixture)
        seconds = perf_counter() - started
        if isinstance(estimate, _Failure):
            return ClipRows(tuple(self._failed(estimate, mixture)))
        alignment = estimate_alignment(mixture, estimate)
        if job.align_on:
            estimate = shift(estimate, worker.delay(job))
        timing = Timing(
            job.system.label,
            str(job.condition.noise),
            job.condition.snr_db,
            self.entry.id,
            len(mixture.noisy) / mixture.sample_rate,
            seconds,
        )
        scores = (
            row for metric in job.metrics for row in self._measured(metric, mixture, estimate, alignment)
        )
        return ClipRows(tuple(scores), timing)

    def _measured(
        self, spec: Spec, mixture: Mixture, estimate: Samples, alignment: Alignment
    ) -> Iterator[Score]:
        measures = self.worker.metric(spec).measures(mixture.sample_rate)
        if not measures:
            return
        values = self.attempt("metric", (("metric", str(spec)),), self._score, spec, estimate)
        outcome: dict[str, float | _Failure] = {}
        for measure in measures:
            value = values if isinstance(values, _Failure) else values.get(measure.name)
            if isinstance(value, _Failure):
                outcome[measure.name] = value
            elif value is None or not np.isfinite(value):
                outcome[measure.name] = _Failure("error", f"metric: {spec.name} returned {value}")
            else:
                outcome[measure.name] = float(value)
        yield from _rows(self.job, self.index, outcome, mixture, alignment)

    def _score(self, metric: Spec, estimate: Samples) -> Mapping[str, float]:
        self.worker.entering("metric", str(metric))
        reference = self.worker.reference(metric, self.job, self.entry)
        return self.worker.metric(metric).score(reference, estimate)

    def _failed(self, failure: _Failure, mixture: Mixture | None = None) -> Iterator[Score]:
        # A clip that cannot be read has no rate of its own: it lacks the measures of its corpus's rate.
        rate = mixture.sample_rate if mixture else self.job.sample_rate
        metrics = (self.worker.metric(spec) for spec in self.job.metrics)
        names = [measure.name for metric in metrics for measure in metric.measures(rate)]
        return _rows(self.job, self.index, dict.fromkeys(names, failure), mixture)


def evaluate_clip(worker: Worker, job: Job, index: int, known: Mapping[Part, str]) -> ClipRows:
    """Return the rows of one utterance of a job.

    Args:
        known: part -> what it is known to do here, such as to crash: it is not called, its rows fail.
    """
    return _Clip(job, index, worker, known).rows()


def evaluate(worker: Worker, job: Job) -> Evaluation:
    """Return the rows of a whole job."""
    return collected(job, [evaluate_clip(worker, job, index, {}) for index in range(len(job.entries))])


def collected(job: Job, clips: Sequence[ClipRows]) -> Evaluation:
    """Put the rows of a job's clips together."""
    scores = [score for clip in clips for score in clip.scores]
    return Evaluation(job.key, scores, [clip.timing for clip in clips if clip.timing])


def failed(job: Job, measures: Sequence[str], reason: str) -> Evaluation:
    """Return the rows of a job that could not even start, such as one of a system whose training failed."""
    return collected(job, [failed_clip(job, index, measures, reason) for index in range(len(job.entries))])


def failed_clip(job: Job, index: int, measures: Sequence[str], reason: str) -> ClipRows:
    """Return the rows of an utterance for which nothing could be tried."""
    return ClipRows(tuple(_rows(job, index, dict.fromkeys(measures, _Failure("error", reason)))))


def _rows(
    job: Job,
    index: int,
    outcome: Mapping[str, float | _Failure],
    mixture: Mixture | None = None,
    alignment: Alignment = Alignment(),  # noqa: B008 - frozen
) -> Iterator[Score]:
    entry = job.entries[index]
    for measure, value in outcome.items():
        bad = value if isinstance(value, _Failure) else None
        yield Score(
            system=job.system.label,
            noise=str(job.condition.noise),
            snr_db=job.condition.snr_db,
            utterance=entry.id,
            recording=entry.recording,
            speaker=entry.speaker,
            mixture=job.mixtures[index],
            measure=measure,
            value=None if isinstance(value, _Failure) else value,
            status=bad.status if bad else "ok",
            failure=bad.reason if bad else None,
            snr_active_db=mixture.snr_active_db if mixture else None,
            snr_rms_db=mixture.snr_rms_db if mixture else None,
            delay_samples=alignment.delay_samples,
            gain_db=alignment.gain_db,
            polarity=alignment.polarity,
        )
