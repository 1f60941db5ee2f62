"""Job -> scores and timings: mix, denoise, score. Runs in worker processes; everything comes from the job."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, TypeVar

import numpy as np

from benchbox.errors import BadAudio, BadPlugin, Unscorable
from benchbox.evaluation.alignment import Alignment, estimate_alignment, shift
from benchbox.evaluation.cache import Recipe, denoiser_of, metric_of, mixture_from, reference_for
from benchbox.evaluation.estimate import denoise
from benchbox.records import Entry, Evaluation, Job, Mixture, Samples, Score, Spec, System, Timing
from benchbox.systems.system import one_thread

T = TypeVar("T")


@dataclass(frozen=True)
class _Failure:
    status: Literal["unscorable", "error"]
    reason: str


@dataclass(frozen=True)
class _Clip:
    mixture: Mixture
    estimate: Samples
    alignment: Alignment


def evaluate(job: Job, systems: Path) -> Evaluation:
    """Score one system on one block of mixtures; `systems` is the run folder's systems/.

    Nothing that a plugin or a file does is raised: it becomes failed rows with the reason.
    """
    scores: list[Score] = []
    timings: list[Timing] = []
    # Loaded before the clock starts; if that fails, each clip's row will say so.
    _attempt("denoiser", denoiser_of, job.system, systems)
    for entry, identity in zip(job.entries, job.mixtures, strict=True):
        recipe = Recipe(job.corpus, entry, job.condition, job.seed, job.snr_definition)
        mixture = _attempt("mixture", mixture_from, recipe)
        if isinstance(mixture, _Failure):
            scores += _failed_rows(job, entry, identity, mixture)
            continue
        started = perf_counter()
        estimate = _attempt("denoiser", estimate_of, job.system, mixture, systems)
        seconds = perf_counter() - started
        if isinstance(estimate, _Failure):
            scores += _failed_rows(job, entry, identity, estimate, mixture)
            continue
        alignment = estimate_alignment(mixture, estimate)
        if job.align_on:
            estimate = shift(estimate, _constant_delay(job.system, _alignment_recipes(job), systems))
        seconds_audio = len(mixture.noisy) / mixture.sample_rate
        timings.append(
            Timing(
                job.system.label,
                str(job.condition.noise),
                job.condition.snr_db,
                entry.id,
                seconds_audio,
                seconds,
            )
        )
        for metric in job.metrics:
            scores += _measured(job, recipe, identity, metric, _Clip(mixture, estimate, alignment))
    return Evaluation(job.key, scores, timings)


def failed(job: Job, reason: str) -> Evaluation:
    """Return the rows of a job that could not even start, such as one of a system whose training failed."""
    failure = _Failure("error", reason)
    rows = [
        row
        for entry, identity in zip(job.entries, job.mixtures, strict=True)
        for row in _failed_rows(job, entry, identity, failure)
    ]
    return Evaluation(job.key, rows, [])


def mixture_of(job: Job, entry: Entry) -> Mixture:
    """Return one mixture of a job.

    Raises:
        BadAudio, Unscorable: the utterance cannot be read, or is silent.
        BadPlugin: the noise model breaks its contract.
    """
    return mixture_from(Recipe(job.corpus, entry, job.condition, job.seed, job.snr_definition))


def estimate_of(system: System, mixture: Mixture, systems: Path) -> Samples:
    """Return a system's estimate; `systems` is where trained ones lie.

    Raises:
        BadPlugin: the estimate cannot be used. Whatever else the denoiser raises comes through.
    """
    denoiser = denoiser_of(system, systems)
    with one_thread():
        return denoise(denoiser, mixture)


def _measured(job: Job, recipe: Recipe, identity: str, spec: Spec, clip: _Clip) -> Iterator[Score]:
    measures = metric_of(spec).measures(clip.mixture.sample_rate)
    if not measures:
        return
    values = _attempt("metric", _score, spec, recipe, clip.estimate)
    outcome: dict[str, float | _Failure] = {}
    for measure in measures:
        value = values if isinstance(values, _Failure) else values.get(measure.name)
        if isinstance(value, _Failure):
            outcome[measure.name] = value
        elif value is None or not np.isfinite(value):
            outcome[measure.name] = _Failure("error", f"metric: {spec.name} returned {value}")
        else:
            outcome[measure.name] = float(value)
    yield from _rows(job, recipe.entry, identity, clip.mixture, outcome, clip.alignment)


def _failed_rows(
    job: Job, entry: Entry, identity: str, failure: _Failure, mixture: Mixture | None = None
) -> list[Score]:
    # A clip that cannot be read has no rate of its own: it lacks the measures of its corpus's rate.
    rate = mixture.sample_rate if mixture else job.sample_rate
    names = [measure.name for spec in job.metrics for measure in metric_of(spec).measures(rate)]
    return list(_rows(job, entry, identity, mixture, dict.fromkeys(names, failure)))


def _rows(
    job: Job,
    entry: Entry,
    identity: str,
    mixture: Mixture | None,
    outcome: Mapping[str, float | _Failure],
    alignment: Alignment = Alignment(),  # noqa: B008 - frozen
) -> Iterator[Score]:
    for measure, value in outcome.items():
        bad = value if isinstance(value, _Failure) else None
        yield Score(
            system=job.system.label,
            noise=str(job.condition.noise),
            snr_db=job.condition.snr_db,
            utterance=entry.id,
            recording=entry.recording,
            speaker=entry.speaker,
            mixture=identity,
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


def _alignment_recipes(job: Job) -> tuple[Recipe, ...]:
    return tuple(
        Recipe(job.corpus, entry, job.condition, job.seed, job.snr_definition) for entry in job.align_on
    )


@lru_cache(maxsize=4096)
def _constant_delay(system: System, recipes: tuple[Recipe, ...], systems: Path) -> float:
    """Return a system's delay in samples, 0 where it has none or it is not the same on every clip."""
    delays = []
    for recipe in recipes:
        with suppress(Exception):  # These clips have rows of their own, which say what went wrong.
            mixture = mixture_from(recipe)
            delay = estimate_alignment(mixture, estimate_of(system, mixture, systems)).delay_samples
            if delay is not None:
                delays.append(delay)
    return float(np.median(delays)) if delays and np.ptp(delays) <= 1 else 0.0


def _score(metric: Spec, recipe: Recipe, estimate: Samples) -> Mapping[str, float]:
    return metric_of(metric).score(reference_for(metric, recipe), estimate)


def _attempt(part: str, action: Callable[..., T], *arguments: Any) -> T | _Failure:
    try:
        return action(*arguments)
    except (BadAudio, Unscorable) as error:
        return _Failure("unscorable", str(error))
    except Exception as error:
        text = str(error) if isinstance(error, BadPlugin) else f"{type(error).__name__}: {error}"
        return _Failure("error", f"{part}: {text}".splitlines()[0])
