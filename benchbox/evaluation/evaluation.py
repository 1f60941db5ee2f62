"""One clip of a job -> its rows: mix, denoise, score. Nothing that a plugin or a file does is raised here."""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from traceback import format_exc
from typing import Any, Literal, TypeVar

import numpy as np

from benchbox.errors import BadAudio, BadPlugin, MissingAudio, Unscorable
from benchbox.evaluation.alignment import Alignment, estimate_alignment, shift
from benchbox.evaluation.worker import Worker
from benchbox.records import ClipRows, Evaluation, Job, Mixture, Part, Samples, Score, Spec, Timing

T = TypeVar("T")


@dataclass(frozen=True)
class _Failure:
    status: Literal["unscorable", "error"]
    reason: str


@dataclass(frozen=True)
class _Facts:
    """What the rows of a clip say beside its scores, as far as it got."""

    mixture: Mixture | None = None
    audio: str | None = None
    offsets: tuple[float | None, float | None] = None, None
    estimate: str | None = None
    alignment: Alignment = Alignment()  # noqa: RUF009 - frozen
    surplus: int | None = None


class _Clip:
    """One mixture on its way through a job."""

    def __init__(self, job: Job, index: int, worker: Worker, known: Mapping[Part, str]) -> None:
        self.job, self.worker, self.known = job, worker, known
        self.index, self.entry = index, job.entries[index]
        self.tracebacks: dict[str, str] = {}

    def attempt(
        self, word: str, parts: tuple[Part, ...], action: Callable[..., T], *given: Any
    ) -> T | _Failure:
        """Call a plugin; what it raises, or is known to do to a process, becomes a failure."""
        for part in parts:
            if part in self.known:
                return _Failure("error", self.known[part])
        try:
            return action(*given)
        except MissingAudio as error:  # a drive that is not mounted, say: tried again in the next run
            return _Failure("error", str(error))
        except (BadAudio, Unscorable) as error:
            return _Failure("unscorable", str(error))
        except (Exception, SystemExit) as error:
            text = _text(error) if isinstance(error, BadPlugin) else f"{type(error).__name__}: {_text(error)}"
            failure = _Failure("error", f"{word}: {text}".splitlines()[0])
            self.tracebacks.setdefault(failure.reason, format_exc())
            return failure

    def rows(self) -> ClipRows:
        job, worker = self.job, self.worker
        making = (("corpus", str(job.corpus)), ("noise", str(job.condition.noise)))
        denoising = (("denoiser", job.system.label),)
        # Loaded before the clock starts; if that fails, the clip's rows will say so.
        self.attempt("denoiser", denoising, worker.denoiser, job.system)
        mixture = self.attempt("mixture", making, worker.mixture, job, self.entry)
        if isinstance(mixture, _Failure):
            return ClipRows(tuple(self._failed(mixture, _Facts())), None, self.tracebacks)
        facts = _Facts(mixture, worker.signature(job, self.entry), worker.offsets(job, self.entry))
        started = perf_counter()
        estimate = self.attempt("denoiser", denoising, worker.estimate, job.system, mixture, self.entry)
        seconds = perf_counter() - started
        if isinstance(estimate, _Failure):
            return ClipRows(tuple(self._failed(estimate, facts)), None, self.tracebacks)
        digest = hashlib.sha256(estimate.tobytes()).hexdigest()[:12]
        facts = replace(facts, estimate=digest, alignment=estimate_alignment(mixture, estimate))
        facts = replace(facts, surplus=worker.surplus(job.system, mixture, self.entry))
        if job.align_on:
            estimate = shift(estimate, worker.delay(job))
        timing = Timing(
            str(job.system.spec),
            str(job.condition.noise),
            job.condition.snr_db,
            self.entry.id,
            len(mixture.noisy) / mixture.sample_rate,
            seconds,
        )
        scores = [row for metric in job.metrics for row in self._measured(metric, estimate, facts)]
        return ClipRows(tuple(scores), None if job.system.finished else timing, self.tracebacks)

    def _measured(self, spec: Spec, estimate: Samples, facts: _Facts) -> Iterator[Score]:
        rate = facts.mixture.sample_rate if facts.mixture else self.job.sample_rate
        metric = self.worker.metric(spec)
        measures = metric.measures(rate)
        # A clip of another rate than the corpus's first may lack what the others have.
        undefined = _Failure("unscorable", f"{spec} is not defined at {rate} Hz")
        outcome: dict[str, float | _Failure] = {
            measure.name: undefined for measure in metric.measures(self.job.sample_rate)
        }
        if not measures:
            yield from _rows(self.job, self.index, outcome, facts)
            return
        values = self.attempt("metric", (("metric", str(spec)),), self._score, spec, estimate)
        for measure in measures:
            outcome[measure.name] = (
                values if isinstance(values, _Failure) else _checked(spec, values, measure.name)
            )
        yield from _rows(self.job, self.index, outcome, facts)

    def _score(self, metric: Spec, estimate: Samples) -> Mapping[str, float]:
        self.worker.entering("metric", str(metric))
        reference = self.worker.reference(metric, self.job, self.entry)
        # A copy: a metric that works in place must not change what the next one scores.
        return self.worker.metric(metric).score(reference, estimate.copy())

    def _failed(self, failure: _Failure, facts: _Facts) -> Iterator[Score]:
        # A clip that cannot be read has no rate of its own: it lacks the measures of its corpus's rate.
        rate = facts.mixture.sample_rate if facts.mixture else self.job.sample_rate
        metrics = (self.worker.metric(spec) for spec in self.job.metrics)
        names = [measure.name for metric in metrics for measure in metric.measures(rate)]
        return _rows(self.job, self.index, dict.fromkeys(names, failure), facts)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    # Not even that may be relied upon in a stranger's error.
    except Exception:
        return "it cannot say what it is"


def _checked(metric: Spec, values: Any, measure: str) -> float | _Failure:
    """Return the score of a measure, or what is wrong with what a metric returned."""
    if not isinstance(values, Mapping):
        return _wrong(metric, _told(values))
    if measure not in values:
        return _wrong(metric, f"no {measure!r} but {', '.join(map(repr, values)) or 'nothing'}")
    value = values[measure]
    try:
        if _is_number(value) and math.isfinite(value):
            return float(value)
    except OverflowError:  # an int beyond all floats
        pass
    return _wrong(metric, _told(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _told(value: Any) -> str:
    # A number may have more digits than Python is ready to write.
    known = value is None or (_is_number(value) and not isinstance(value, int))
    huge = isinstance(value, int) and not isinstance(value, bool)
    return repr(value) if known else "an int beyond all floats" if huge else f"a {type(value).__name__}"


def _wrong(metric: Spec, told: str) -> _Failure:
    return _Failure("error", f"metric: {metric.name} returned {told:.80}; wants {{measure: finite float}}")


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
    tracebacks = {reason: text for clip in reversed(clips) for reason, text in clip.tracebacks.items()}
    return Evaluation(job.key, scores, [clip.timing for clip in clips if clip.timing], tracebacks)


def failed(job: Job, measures: Sequence[str], reason: str) -> Evaluation:
    """Return the rows of a job that could not even start, such as one of a system whose training failed."""
    return collected(job, [failed_clip(job, index, measures, reason) for index in range(len(job.entries))])


def failed_clip(job: Job, index: int, measures: Sequence[str], reason: str, said: str = "") -> ClipRows:
    """Return the rows of an utterance for which nothing could be tried."""
    rows = _rows(job, index, dict.fromkeys(measures, _Failure("error", reason)))
    return ClipRows(tuple(rows), None, {reason: said} if said else {})


def _rows(
    job: Job,
    index: int,
    outcome: Mapping[str, float | _Failure],
    facts: _Facts = _Facts(),
) -> Iterator[Score]:
    mixture, alignment = facts.mixture, facts.alignment
    entry = job.entries[index]
    for measure, value in outcome.items():
        bad = value if isinstance(value, _Failure) else None
        yield Score(
            system=str(job.system.spec),
            noise=str(job.condition.noise),
            snr_db=job.condition.snr_db,
            utterance=entry.id,
            recording=entry.recording,
            speaker=entry.speaker,
            mixture=job.mixtures[index],
            audio=facts.audio,
            estimate=facts.estimate,
            measure=measure,
            value=None if isinstance(value, _Failure) else value,
            status=bad.status if bad else "ok",
            failure=bad.reason if bad else None,
            snr_active_db=mixture.snr_active_db if mixture else None,
            snr_rms_db=mixture.snr_rms_db if mixture else None,
            delay_samples=alignment.delay_samples,
            gain_db=alignment.gain_db,
            polarity=alignment.polarity,
            sample_rate=mixture.sample_rate if mixture else None,
            speech_offset_db=facts.offsets[0],
            noise_offset_db=facts.offsets[1],
            surplus_samples=facts.surplus,
        )
