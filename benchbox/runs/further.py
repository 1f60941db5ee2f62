"""More sounds of a run that is finished: its systems process a few mixtures again."""

from collections.abc import Set as AbstractSet

from benchbox.errors import BadRun
from benchbox.plan.jobs import make_plan
from benchbox.registry.discovery import Registry, discover
from benchbox.runs.contained import Limits
from benchbox.runs.folder import Run
from benchbox.runs.lock import held
from benchbox.runs.sounds import keep_mixtures
from benchbox.runs.workers import InProcess, Workers, contained_workers


def make_sounds(
    run: Run, mixtures: AbstractSet[str], *, registry: Registry | None = None, in_process: bool = False
) -> None:
    """Keep clean, noisy and every estimate of these mixtures; what is there is kept.

    Raises:
        BenchboxError: what the run was made of is not what is here now.
    """
    registry = registry or discover()
    with held(run.path):
        plan = make_plan(run.manifest.suite, registry)
        if {job.key for job in plan.jobs} != set(run.manifest.jobs):
            raise BadRun(
                f"{run.path} was made with other audio, plugins or settings than there are here: its sounds "
                "cannot be made again; the same `benchbox run` brings it up to date"
            )
        if in_process:
            workers: Workers = InProcess(run.systems_folder, registry)
            keep_mixtures(run, plan, mixtures, workers)
            return
        with contained_workers(1, run.systems_folder, Limits()) as workers:
            keep_mixtures(run, plan, mixtures, workers)
