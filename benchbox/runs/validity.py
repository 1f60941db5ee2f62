"""What must hold before scores mean anything: metrics give known values, and no test data was trained on."""

from contextlib import suppress
from pathlib import Path

from benchbox.checks.calibration import Problem, calibrate
from benchbox.checks.leaks import explain, find_leaks, find_learnt
from benchbox.errors import BadCorpus, BadPlugin
from benchbox.evaluation.worker import Worker
from benchbox.interfaces import Denoiser
from benchbox.plan.jobs import Plan
from benchbox.records import Spec
from benchbox.runs.contained import Ended, Failed
from benchbox.runs.workers import Workers


def check_metrics(plan: Plan, workers: Workers) -> None:
    """Refuse to score with a metric that does not give known rows their known values here."""
    for metric in plan.ingredients.metrics:
        # One that raises, or ends its process, is no reason to stop: its rows will say so.
        with suppress(Ended, Failed):
            if problems := workers.call(_problems, metric):
                raise BadPlugin(
                    f"{problems[0]} (`benchbox doctor` shows all); reinstall it or leave it out of --metrics"
                )


def _problems(worker: Worker, metric: Spec) -> list[Problem]:
    worker.entering("metric", str(metric))
    return calibrate([metric], worker.registry)


def check_leaks(plan: Plan) -> str | None:
    """Say what the test shares with training, or with what weights were trained on before.

    Raises:
        BadCorpus: they do share something, and the suite does not allow it.
    """
    parts = plan.ingredients
    noises = list(parts.noises.values())
    known = {
        system.label: _trained_on(parts.denoisers[system.spec], system.label, parts.sample_rate)
        for system in plan.systems
        if not system.trainable
    }
    found = {
        f"what {label} was trained on": leaks
        for label, leaks in find_learnt(known, parts.corpus, noises, parts.entries).items()
    }
    if any(system.trainable for system in plan.systems):
        found["training"] = find_leaks(parts.corpus, list(parts.train_noises.values()), noises, parts.entries)
    told = "; ".join(explain(leaks, learnt) for learnt, leaks in found.items() if leaks)
    refused = any(leak.refused for leaks in found.values() for leak in leaks)
    if refused and not plan.suite.allow_leakage:
        raise BadCorpus(f"{told}; keep them apart, or mark the table with --allow-leakage")
    return told or None


def _trained_on(denoiser: Denoiser, label: str, sample_rate: int) -> list[Path]:
    try:
        return list(map(Path, denoiser.trained_on(sample_rate)))
    # A stranger's code may raise anything.
    except Exception as error:
        raise BadPlugin(
            f"denoiser {label} cannot say what it was trained on: {Failed.of(error).reason}"
        ) from error
