"""Computes a clip of each system, noise and metric again in another process, and names what differs."""

from collections.abc import Iterator
from dataclasses import replace
from math import isclose

from benchbox.plan.jobs import Plan
from benchbox.records import Job, Score
from benchbox.runs.folder import Run
from benchbox.runs.workers import Workers


def find_unsteady(run: Run, plan: Plan, workers: Workers) -> Iterator[str]:
    """Give a sentence for each noise, system and metric that does not give the same twice."""
    told = set()
    rows = run.scores[["system", "mixture", "measure", "status", "audio", "estimate", "value"]]
    kept = {row[:3]: row[3:] for row in rows.itertuples(index=False, name=None)}
    metrics = {name: str(spec) for name, (spec, _) in plan.ingredients.measures.items()}
    for job in _chosen(plan):
        # The last one of its block: what a system remembers of those before is missing now.
        last = len(job.entries) - 1
        states = {kept[job.system.label, job.mixtures[last], measure][0] for measure in metrics}
        if states == {"error"}:  # it would crash, or hang, again
            continue
        for score in workers.again(job, last).scores:
            status, audio, estimate, value = kept[job.system.label, score.mixture, score.measure]
            if "error" not in (score.status, status):
                now = replace(score, system=job.system.label)
                told.add(_difference(audio, estimate, value, now, metrics[score.measure]))
    yield from sorted(filter(None, told))


def _chosen(plan: Plan) -> Iterator[Job]:
    """Give a job of each system, and one of each noise."""
    systems = [system.label for system in plan.systems]
    noises = list(dict.fromkeys(job.condition.noise for job in plan.jobs))
    first: dict[tuple[str, object], Job] = {}
    for job in plan.jobs:
        first.setdefault((job.system.label, job.condition.noise), job)
    for number in range(max(len(systems), len(noises))):
        yield first[systems[number % len(systems)], noises[number % len(noises)]]


def _difference(
    audio: str | None, estimate: str | None, value: float | None, now: Score, metric: str
) -> str | None:
    """Return what of a row's making was not the same; what comes first explains what follows."""
    if audio != now.audio:
        return f"noise {now.noise} gave another mixture of the same clip in another process"
    if estimate != now.estimate:
        return f"{now.system} gave another estimate of the same mixture in another process"
    if not _equal(value, now.value):
        return f"metric {metric} gave another score of the same estimate in another process"
    return None


def _equal(one: float | None, other: float | None) -> bool:
    if other is None or one is None or one != one:  # a table has NaN where there is none
        return other is None and (one is None or one != one)
    return isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
