"""Suite -> a finished run folder: train what learns, score what is missing, write each row as it comes."""

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict
from multiprocessing import parent_process
from multiprocessing.managers import SyncManager
from pathlib import Path
from typing import Any
from uuid import uuid4

from joblib import Parallel, delayed, parallel_config
from threadpoolctl import threadpool_limits

from benchbox.checks.calibration import calibrate
from benchbox.checks.leaks import explain, find_leaks
from benchbox.costs.cost import measure_cost
from benchbox.errors import BadCorpus, BadPlugin, BadRun
from benchbox.evaluation import cache as workshop
from benchbox.evaluation.evaluation import evaluate, failed
from benchbox.plan.jobs import Plan, make_plan
from benchbox.plan.suite import Suite
from benchbox.records import Evaluation, Job, Progress, Report, System
from benchbox.registry.discovery import Registry, discover
from benchbox.registry.options import build
from benchbox.runs.folder import Run
from benchbox.runs.manifest import manifest
from benchbox.runs.sounds import keep_examples
from benchbox.systems.system import Lessons, train, training_facts


def run(
    suite: Suite,
    output: Path | str | None = None,
    *,
    jobs: int = 1,
    examples: int = 3,
    fresh: bool = False,
    report: Report = lambda *_: None,
) -> Run:
    """Run a suite and return its run folder; continue there where part of it is done already.

    Args:
        output: the run folder; by default runs/NAME-KEY, so that the same suite finds its own again.
        jobs: worker processes, one thread each.
        examples: mixtures of which clean, noisy and every estimate are kept as WAV.
        fresh: compute everything anew, whatever the folder holds.
        report: is told how far each task is.

    Raises:
        BenchboxError: the suite cannot be run here. What a plugin does wrong later is not raised: it
            becomes failed rows.
    """
    registry = discover()
    plan = make_plan(suite, registry, build("corpora", suite.corpus, registry))
    run = Run(Path(output or Path("runs") / f"{suite.name}-{suite.key[:6]}"))
    _claim(run, plan)
    untrained = [
        system
        for system in plan.systems
        if system.trainable and (fresh or not training_facts(system, run.systems_folder))
    ]
    if fresh:
        for system in untrained:
            # Otherwise the training would go on from the checkpoint it finds there.
            shutil.rmtree(run.systems_folder / system.folder, ignore_errors=True)
    missing = [job for job in plan.jobs if fresh or not run.has(job.key)]
    if missing or untrained or not run.finished:
        _calibrate(plan)
        leaks = _leaks(plan, registry)
        run.write_manifest(manifest(run, plan, registry, leaks, finished=False))
        _work(run, plan, untrained, missing, jobs, report)
        run.write_manifest(manifest(run, plan, registry, leaks, finished=True))
        run.write_leaderboard()
    if suite.cost and _measure_costs(run, plan, report):
        run.write_leaderboard()
    keep_examples(run, plan, examples)
    return run


def _work(
    run: Run, plan: Plan, untrained: list[System], missing: list[Job], jobs: int, report: Report
) -> None:
    total = len(plan.jobs)
    done = total - len(missing)

    def keep(evaluation: Evaluation) -> None:
        nonlocal done
        run.write(evaluation)
        done += 1
        report("score", done, total, "")

    report("score", done, total, "")
    waiting = {system.label for system in untrained}
    failures: dict[str, str] = {}
    with _relay(report) if untrained else nullcontext() as progress:
        # What needs no training is scored beside the trainings, which may leave cores idle.
        trainings = [
            delayed(_train)(system, plan, run.systems_folder, progress, os.getpid()) for system in untrained
        ]
        ready = [
            delayed(evaluate)(job, run.systems_folder) for job in missing if job.system.label not in waiting
        ]
        for outcome in _in_parallel([*trainings, *ready], jobs):
            if isinstance(outcome, Evaluation):
                keep(outcome)
            elif outcome:
                failures.update(outcome)
    trained = []
    for job in missing:
        if job.system.label in failures:
            keep(failed(job, f"training failed: {failures[job.system.label]}"))
        elif job.system.label in waiting:
            trained.append(delayed(evaluate)(job, run.systems_folder))
    for outcome in _in_parallel(trained, jobs):
        keep(outcome)


def _in_parallel(tasks: list[Any], jobs: int) -> Iterator[Any]:
    if not tasks:
        return
    # One thread a worker: on two cores, oversubscribed threads cost ten times what they gain.
    # In this process, where a single worker would be, the same bits ask for the same single thread.
    alone = threadpool_limits(1 if jobs == 1 else None)
    order = uuid4().hex
    workshop.serve(order)
    with parallel_config(backend="loky", inner_max_num_threads=1), alone:
        # Batches of one: a row is on disk as soon as it exists.
        yield from Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)(
            delayed(_at_work)(task, Path.cwd(), order) for task in tasks
        )


def _at_work(
    task: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]], folder: Path, order: str
) -> Any:
    if parent_process() is not None:
        # Ctrl-C reaches the whole process group; only the parent should speak about it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Workers outlive a run: it may be another one now, of another folder.
    if Path.cwd() != folder:
        os.chdir(folder)
    workshop.serve(order)
    function, positional, named = task
    return function(*positional, **named)


def _train(system: System, plan: Plan, systems: Path, progress: Any, parent: int) -> dict[str, str]:
    """Train in a worker; return {label: reason} if it failed."""
    suite = plan.suite
    lessons = Lessons(suite.corpus, plan.train_noises, suite.train_snrs, suite.seed)

    def tell(state: Progress) -> None:
        if parent not in (os.getpid(), os.getppid()):
            # The run was killed, and could not take its workers along: nobody waits for this training.
            os._exit(1)
        # The curve has them all; a line has room for two.
        facts = [(name, value) for name, value in state.facts.items() if name != "step"][:2]
        note = "  ".join(f"{name} {value:.3g}" for name, value in facts)
        progress.put((f"train {system.label}", state.step, state.steps, note))

    try:
        train(system, lessons, systems, tell)
    # A plugin's fit may raise anything; the other systems still get their rows.
    except Exception as error:
        return {system.label: f"{type(error).__name__}: {error}".splitlines()[0]}
    return {}


@contextmanager
def _relay(report: Report) -> Iterator[Any]:
    """Give a queue that workers may put reports on; they reach `report` in this process."""
    manager = SyncManager()
    manager.start(_end_with_parent)
    with manager:
        queue = manager.Queue()

        def drain() -> None:
            while (message := queue.get()) is not None:
                report(*message)

        thread = threading.Thread(target=drain, daemon=True)
        thread.start()
        try:
            yield queue
        finally:
            queue.put(None)
            thread.join()


def _end_with_parent() -> None:
    """Let this process end when its parent does, also when that was killed and could not say so."""
    parent = parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _claim(run: Run, plan: Plan) -> None:
    """Refuse an output folder that holds something else."""
    if not run.exists:
        if run.path.exists() and (not run.path.is_dir() or any(run.path.iterdir())):
            raise BadRun(f"{run.path} exists and is not a run folder; choose another --output")
        return
    theirs = Run.open(run.path).manifest["suite"]
    differing = [name for name, value in plan.suite.scoring.items() if theirs.get(name) != value]
    if differing:
        raise BadRun(
            f"{run.path} holds another suite's run (it differs in {', '.join(differing)}); "
            "choose another --output, or delete that folder"
        )


def _calibrate(plan: Plan) -> None:
    """Refuse to score with a metric that does not give known rows their known values here."""
    metrics = [metric for job in plan.jobs[:1] for metric in job.metrics]
    if problems := calibrate(metrics):
        raise BadPlugin(
            f"{problems[0]} (`benchbox doctor` shows all); reinstall it or leave it out of --metrics"
        )


def _leaks(plan: Plan, registry: Registry) -> str | None:
    """Say what training and test share, if anything learns.

    Raises:
        BadCorpus: they do share something, and the suite does not allow it.
    """
    if not any(system.trainable for system in plan.systems):
        return None
    suite = plan.suite
    leaks = find_leaks(
        build("corpora", suite.corpus, registry),
        [build("noises", noise, registry) for noise in plan.train_noises],
        [build("noises", noise, registry) for noise in {job.condition.noise: None for job in plan.jobs}],
        list({entry: None for job in plan.jobs for entry in job.entries}),
    )
    if any(leak.refused for leak in leaks) and not suite.allow_leakage:
        raise BadCorpus(f"{explain(leaks)}; keep them apart, or mark the table with --allow-leakage")
    return explain(leaks) if leaks else None


def _measure_costs(run: Run, plan: Plan, report: Report) -> bool:
    """Add to the manifest what each system costs; say whether anything was missing there."""
    content = run.manifest
    unmeasured = [
        system
        for system in plan.systems
        if not system.oracle and "cost" not in content["systems"][system.label]
    ]
    for done, system in enumerate(unmeasured):
        report("cost", done, len(unmeasured), system.label)
        # A system that cannot run has failed rows that say why.
        with suppress(BadPlugin):
            cost = measure_cost(system, run.systems_folder, plan.jobs[0].sample_rate)
            content["systems"][system.label]["cost"] = asdict(cost)
            run.write_manifest(content)
    report("cost", len(unmeasured), len(unmeasured), "")
    return bool(unmeasured)
