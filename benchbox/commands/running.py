"""`benchbox run`: train, mix, score, rank."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from benchbox.commands.outputs import output_folder
from benchbox.commands.settings import with_settings
from benchbox.commands.sofar import SoFar
from benchbox.errors import one_line
from benchbox.plan.settings import Value

LOG_SECONDS = 20
"""How often a task writes a line where stderr is no terminal."""

if TYPE_CHECKING:
    from benchbox.records import Report
    from benchbox.runs.folder import Run


def add_to(app: typer.Typer) -> None:
    app.command()(run)


@with_settings
def run(
    suite: Annotated[
        Path | None, typer.Argument(help="A suite file; flags override it. RUN/manifest.json repeats a run.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 if a score failed, or if a part is not repeatable.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show all notes, and what the numbers mean.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Worker processes. \\[default: all cores]")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Run folder. \\[default: runs/NAME-KEY]", callback=output_folder)
    ] = None,
    examples: Annotated[int, typer.Option(min=0, help="Keep the WAVs of this many mixtures.")] = 3,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compute everything anew.")] = False,
    timeout: Annotated[
        float,
        typer.Option(min=0.1, help="Seconds a plugin may take for a clip before its process ends."),
    ] = 600.0,
    memory_limit: Annotated[
        float | None,
        typer.Option(min=0.1, help="GB a worker may take. \\[default: four fifths of the machine's]"),
    ] = None,
    in_process: Annotated[
        bool, typer.Option("--in-process", help="Work in this process: a plugin that crashes ends the run.")
    ] = False,
    backend: Annotated[
        str, typer.Option(help="Where to work: local (processes here) or dask (a cluster).")
    ] = "local",
    backend_option: Annotated[
        list[str] | None,
        typer.Option(help="Of dask, for example address=tcp://host:8786; others: wait, ca, cert, key."),
    ] = None,
    **settings: Value,
) -> None:
    """Train what learns, mix the same noise for everyone, score, and print the leaderboard.

    Rows are written as they finish: the same command continues a run that was stopped.

    Where --output holds a run, other systems are added to it.
    """
    import rich

    from benchbox.commands.plugins import installed
    from benchbox.plan.suite import Suite
    from benchbox.runs.adding import settings_of
    from benchbox.runs.backends import Backend
    from benchbox.runs.contained import Limits
    from benchbox.runs.failures import read_failures
    from benchbox.runs.repeating import compared, folder_for
    from benchbox.runs.runner import run as run_suite

    place = Backend.of(backend, backend_option or ())
    given = {name: value for name, value in settings.items() if value is not None}
    known = None
    if suite and suite.suffix == ".json":
        output = output or folder_for(suite)
        known = _to_repeat(suite, given, output)
        chosen = known.manifest.suite
    else:
        chosen = Suite.from_toml(suite, given) if suite else Suite(**settings_of(output, given))
    registry = installed()
    try:
        with progress_bars(sofar := SoFar()) as report:
            finished = run_suite(
                chosen,
                output,
                jobs=jobs or available_cores(),
                examples=examples,
                fresh=no_cache,
                limits=Limits(timeout, max(3600.0, timeout), memory_limit),
                in_process=in_process,
                backend=place,
                registry=registry,
                report=report,
                announce=lambda line: print(one_line(line), file=sys.stderr, flush=True),
                watch=sofar.add,
                repeats=known,
            )
    except KeyboardInterrupt:
        print("\ninterrupted; what is done is kept: the same command continues there", file=sys.stderr)
        raise typer.Exit(130) from None
    rich.print(replace(finished.leaderboard(), explain=explain))
    if known:
        print(one_line(compared(known, finished)))
    folder = one_line(str(finished.path))
    print(f"run folder: {folder}   table: {folder}/leaderboard.md   sounds: {folder}/audio")
    if os.environ.get("BENCHBOX_TRACEBACK"):
        print(*read_failures(finished.failures_folder), sep="\n", file=sys.stderr)
    if strict and finished.manifest.unsteady:
        print(f"{len(finished.manifest.unsteady)} parts are not repeatable (--strict)", file=sys.stderr)
        raise typer.Exit(1)
    failed = int((finished.scores["status"] != "ok").sum())
    if strict and failed:
        print(f"{failed} of {len(finished.scores)} scores failed (--strict)", file=sys.stderr)
        raise typer.Exit(1)


def _to_repeat(manifest: Path, given: Iterable[str], output: Path) -> "Run":
    """Return the run that a manifest is of."""
    from benchbox.errors import BadSuite
    from benchbox.runs.folder import Run

    if manifest.name != "manifest.json":
        raise BadSuite(f"{manifest} is neither a suite file (.toml) nor the manifest.json of a run")
    if given:
        raise BadSuite(
            f"{manifest} is repeated as it is: leave out {', '.join(given)}, or choose settings without it"
        )
    if output.resolve() == manifest.parent.resolve():
        raise BadSuite(f"{output} is the run that is to be repeated: choose another --output")
    return Run.open(manifest.parent)


def available_cores() -> int:
    """Return how many cores this process may use, which a container may have made fewer."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def progress_bars(sofar: "SoFar | None" = None) -> Iterator["Report"]:
    """Show how far each task is and its ETA on stderr: as bars, or in a log as a line now and then.

    Args:
        sofar: shown above the bars while it has something to show.
    """
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        Task,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _log_lines()
        return

    class TimeLeftColumn(TimeRemainingColumn):
        """Leaves the scoring alone: the run knows better how long it takes, and says so beside it."""

        def render(self, task: Task) -> Text:
            scoring = task.description == "score" and not task.finished
            return Text("") if scoring else super().render(task)

    columns = (
        # No markup: a system's options may hold [lists].
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeLeftColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[note]}", style="dim", markup=False),
    )
    bars = Progress(*columns, console=console, auto_refresh=False)

    over = False

    def shown() -> Group:
        # In the end the leaderboard stands there.
        return Group(*(sofar.lines() if sofar and not over else ()), bars)

    # Ten times a second, the default, takes 1.2 % of a core from the workers.
    with Live(console=console, get_renderable=shown, refresh_per_second=2):
        tasks: dict[str, TaskID] = {}

        def report(task: str, done: int, total: int, note: str) -> None:
            if task not in tasks:
                tasks[task] = bars.add_task(one_line(task), note="")
            bars.update(tasks[task], completed=done, total=total, note=one_line(note))

        yield report
        over = True


def _log_lines() -> "Report":
    started: dict[str, tuple[float, int]] = {}
    written: dict[str, float] = {}

    def report(task: str, done: int, total: int, note: str) -> None:
        now = monotonic()
        since, before = started.setdefault(task, (now, done))
        if done < total and now - written.get(task, since) < LOG_SECONDS:
            return
        written[task] = now
        # The first few say little: scoring waits for the trainings.
        known = task != "score" and total > done >= before + 5
        left = (now - since) / (done - before) * (total - done) if known else 0
        eta = f", about {left / 60:.0f} min left" if known else ""
        print(one_line(f"{task}: {done}/{total}{eta}  {note}").rstrip(), file=sys.stderr, flush=True)

    return report
