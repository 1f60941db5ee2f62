"""Suite -> a finished run folder: train what learns, score what is missing, write each row as it comes."""

import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

from benchbox.checks.swapped import refuse_swapped
from benchbox.costs.cost import measure_cost
from benchbox.errors import BadOption, BadPlugin, BadRun
from benchbox.evaluation.evaluation import failed
from benchbox.plan.jobs import Plan, make_plan
from benchbox.plan.suite import Suite
from benchbox.records import Evaluation, Job, Measure, Progress, Report, Score, System
from benchbox.registry.discovery import Registry, discover
from benchbox.runs.adding import with_systems_of
from benchbox.runs.backends import LOCAL, Backend
from benchbox.runs.contained import Ended, Failed, Limits
from benchbox.runs.damage import mend
from benchbox.runs.facts import known_costs, make_manifest
from benchbox.runs.failures import Failures
from benchbox.runs.folder import Run
from benchbox.runs.lock import held
from benchbox.runs.preview import preview
from benchbox.runs.progress import TimeLeft, summary, told
from benchbox.runs.repeating import check_repeats
from benchbox.runs.sounds import keep_examples
from benchbox.runs.steadiness import find_unsteady
from benchbox.runs.validity import check_leaks, check_metrics
from benchbox.runs.workers import InProcess, Workers, contained_workers
from benchbox.systems.shared import fetch_shared, keep_shared
from benchbox.systems.system import TrainingData, training_facts, why_trained_anew

Watch: TypeAlias = Callable[[Sequence[Score], Sequence[Measure]], None]


def run(
    suite: Suite,
    output: Path | str | None = None,
    *,
    jobs: int = 1,
    examples: int = 3,
    fresh: bool = False,
    limits: Limits | None = None,
    in_process: bool = False,
    backend: Backend = LOCAL,
    registry: Registry | None = None,
    report: Report = lambda *_: None,
    announce: Callable[[str], None] = lambda _: None,
    watch: Watch = lambda *_: None,
    repeats: Run | None = None,
) -> Run:
    """Run a suite and return its run folder; continue there where part of it is done already.

    A folder that holds a run of the same suite with other systems gets those of both.

    Args:
        output: the run folder; by default runs/NAME-KEY, so that the same suite finds its own again.
        jobs: worker processes, one thread each.
        examples: mixtures of which clean, noisy and every estimate are kept as WAV.
        fresh: compute everything anew, whatever the folder or the cache holds.
        limits: what a plugin may take before its process is ended and its rows fail.
        in_process: work in this process, one job after the other: a plugin that crashes ends it, too.
        backend: where the worker processes are.
        registry: the installed plugins, if they are discovered already.
        report: is told how far each task is.
        announce: is told, before any work, how much there is.
        watch: gets the scores of each job that is done, and the measures of the suite.
        repeats: a run that must be made by the same plugins, data and settings as this one will be.

    Raises:
        BenchboxError: the suite cannot be run here. What a plugin does wrong later is not raised: it
            becomes failed rows.
    """
    registry = registry or discover()
    run = Run(Path(output or Path("runs") / f"{suite.name}-{suite.key[:6]}"))
    _claim(run)
    limits = limits or Limits()
    with held(run.path), _workers(run, registry, jobs, limits, in_process, backend, announce) as workers:
        suite = with_systems_of(run, suite)
        preview(suite, registry, workers)
        plan = make_plan(suite, registry)
        if repeats:
            check_repeats(repeats, plan, _data(plan), registry)
        workers.prepare(plan)
        for sentence in mend(run, plan):
            announce(sentence)
        untrained = [
            system
            for system in plan.systems
            if system.trainable and (fresh or not training_facts(system, run.systems_folder))
        ]
        if fresh:
            for system in untrained:
                # Otherwise the training would go on from the checkpoint it finds there.
                shutil.rmtree(run.systems_folder / system.folder, ignore_errors=True)
        else:
            fetched = [system for system in untrained if fetch_shared(system, run.systems_folder, registry)]
            untrained = [system for system in untrained if system not in fetched]
            for system in fetched:
                announce(f"{system.label} was trained before: taken from the cache (--no-cache trains anew)")
        missing = [job for job in plan.jobs if fresh or not run.has(job.key)]
        announce(summary(plan.systems, plan.jobs, len(missing), len(untrained), workers.count))
        for system in untrained:
            if reason := why_trained_anew(system, _data(plan), run.systems_folder, registry):
                announce(reason)
        # Data that was changed and put back finds all its jobs done, beside a manifest of the changed data.
        stale = run.finished and set(run.manifest.jobs) != {job.key for job in plan.jobs}
        if missing or untrained or stale or not run.finished:
            check_metrics(plan, workers)
            refuse_swapped(plan.ingredients.corpus, plan.ingredients.entries)
            # What was measured and noticed before still holds, unless there is something new.
            before = None if fresh else run.known
            costs = known_costs(before) if before else {}
            make = partial(make_manifest, plan, run.systems_folder, check_leaks(plan), costs)
            run.write_manifest(make(finished=False))
            counts = Counter(job.system.label for job in missing)
            left = TimeLeft(counts, [system.label for system in untrained], workers.count)
            _work(run, plan, untrained, missing, workers, report, left, announce, watch, share=not fresh)
            if before and before.finished and not missing:
                unsteady = before.unsteady
            else:
                unsteady = tuple(find_unsteady(run, plan, workers))
            run.write_manifest(make(finished=True, unsteady=unsteady))
        elif list(run.manifest.systems) != [system.label for system in plan.systems]:
            run.write_manifest(run.manifest.renamed(suite, plan.systems))
        if suite.cost:
            _measure_costs(run, plan, report)
        run.write_leaderboard()
        keep_examples(run, plan, examples, workers)
    return run


@contextmanager
def _workers(
    run: Run,
    registry: Registry,
    jobs: int,
    limits: Limits,
    in_process: bool,
    backend: Backend,
    announce: Callable[[str], None],
) -> Iterator[Workers]:
    if in_process:
        if backend.name != "local":
            raise BadOption(f"--in-process works here: leave it out, or --backend {backend.name}")
        yield InProcess(run.systems_folder, registry)
    elif backend.name == "local":
        with contained_workers(jobs, run.systems_folder, limits) as workers:
            yield workers
    else:
        with backend.connect(jobs) as client:
            from benchbox.runs.cluster import Cluster

            cluster = Cluster(client, run.systems_folder, limits, backend.wait, announce)
            try:
                yield cluster
            finally:
                cluster.close()


@dataclass(frozen=True)
class _Scored:
    """A job that is done."""

    label: str
    evaluation: Evaluation
    seconds: float


@dataclass(frozen=True)
class _Trained:
    """A training that ended."""

    system: System
    failure: Failed | Ended | None

    @property
    def label(self) -> str:
        return self.system.label


def _work(
    run: Run,
    plan: Plan,
    untrained: list[System],
    missing: list[Job],
    workers: Workers,
    report: Report,
    left: TimeLeft,
    announce: Callable[[str], None],
    watch: Watch,
    *,
    share: bool,
) -> None:
    done = len(plan.jobs) - len(missing)
    failures = Failures(run.failures_folder)

    def keep(evaluation: Evaluation, system: str) -> None:
        nonlocal done
        run.write(evaluation)
        failures.keep(system, evaluation.tracebacks)
        done += 1
        report("score", done, len(plan.jobs), told(left.seconds()))
        watch(evaluation.scores, plan.measures)

    report("score", done, len(plan.jobs), "")
    waiting: dict[str, list[Job]] = {system.label: [] for system in untrained}
    tasks: deque[Callable[[], Any]] = deque(
        partial(_train, workers, system, plan, report, left, announce) for system in untrained
    )
    # What needs no training is scored beside the trainings, which may leave cores idle.
    for job in missing:
        if job.system.label in waiting:
            waiting[job.system.label].append(job)
        else:
            tasks.append(partial(_score, workers, job))
    names = [measure.name for measure in plan.measures]
    for outcome in workers.results(tasks):
        if isinstance(outcome, _Scored):
            left.scored(outcome.label, outcome.seconds)
            keep(outcome.evaluation, outcome.label)
            continue
        left.ended(outcome.label)
        if outcome.failure is None:
            if share:
                keep_shared(outcome.system, run.systems_folder, plan.ingredients.registry)
            tasks.extend(partial(_score, workers, job) for job in waiting[outcome.label])
            continue
        reason = f"training failed: {outcome.failure.reason}"
        failures.keep(outcome.label, {reason: outcome.failure.traceback})
        for job in waiting[outcome.label]:
            keep(failed(job, names, reason), outcome.label)


def _score(workers: Workers, job: Job) -> _Scored:
    started = perf_counter()
    evaluation = workers.evaluate(job)
    return _Scored(job.system.label, evaluation, perf_counter() - started)


def _train(
    workers: Workers,
    system: System,
    plan: Plan,
    report: Report,
    left: TimeLeft,
    announce: Callable[[str], None],
) -> _Trained:
    def tell(state: Progress) -> None:
        if state.note:
            announce(f"{system.label}: {state.note}")
        if not state.steps:
            return
        left.trained(system.label, state)
        # The curve has them all; a line has room for two.
        facts = [(name, value) for name, value in state.facts.items() if name != "step"][:2]
        note = "  ".join(f"{name} {value:.3g}" for name, value in facts)
        report(f"train {system.label}", state.step, state.steps, note)

    return _Trained(system, workers.train(system, _data(plan), tell))


def _data(plan: Plan) -> TrainingData:
    suite, parts = plan.suite, plan.ingredients
    return TrainingData(parts.source, tuple(parts.train_noises), suite.train_snrs, suite.seed)


def _claim(run: Run) -> None:
    """Refuse an output folder that holds no run."""
    if run.exists or not run.path.exists():
        return
    # What begins with a dot is of a run that ended before its first file was whole.
    if not run.path.is_dir() or any(not each.name.startswith(".") for each in run.path.iterdir()):
        raise BadRun(f"{run.path} exists and is not a run folder; choose another --output")


def _measure_costs(run: Run, plan: Plan, report: Report) -> None:
    """Add to the manifest what each system costs, where that is missing there."""
    scored = set(run.scores.loc[run.scores["status"] == "ok", "system"])
    unmeasured = [
        system
        for system in plan.systems
        if not (system.oracle or system.finished)
        and system.label in scored
        and run.manifest.systems[system.label].cost is None
    ]
    for done, system in enumerate(unmeasured):
        report("cost", done, len(unmeasured), system.label)
        # A system that cannot run has failed rows that say why.
        with suppress(BadPlugin):
            cost = measure_cost(system, run.systems_folder, plan.ingredients.sample_rate)
            run.write_manifest(run.manifest.with_cost(system.label, cost))
    report("cost", len(unmeasured), len(unmeasured), "")
