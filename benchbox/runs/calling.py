"""`benchbox.run`: what the command takes, from Python; with a progress bar in notebooks and terminals."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from benchbox.errors import BadSuite, one_line
from benchbox.plan.suite import Suite
from benchbox.runs.adding import settings_of
from benchbox.runs.backends import Backend
from benchbox.runs.folder import Run
from benchbox.runs.runner import run as run_suite

if TYPE_CHECKING:
    from benchbox.records import Report

_SECONDS = 0.5
"""Between two looks of a bar in a notebook."""


def run(
    suite: Suite | Path | str | None = None,
    output: Path | str | None = None,
    *,
    progress: bool | None = None,
    backend: str = "local",
    backend_options: Mapping[str, Any] | None = None,
    **options: Any,
) -> Run:
    """Run a suite and return its run folder; continue there where part of it is done already.

    A folder that holds a run of the same suite with other systems gets those of both.

    Args:
        suite: a Suite, a suite file, or none: then settings, such as denoisers="vqunet,wiener", make one.
        output: the run folder; by default runs/NAME-KEY, so that the same suite finds its own again.
        progress: show how far each task is; None: in notebooks and terminals.
        backend: "local", or "dask" for a cluster: backend_options={"address": "tcp://host:8786"}, or one of
            `jobs` processes that is started here.
        options: settings of a suite, such as noises and limit; and of the work: jobs (worker processes),
            examples (mixtures of which sounds are kept), fresh (compute everything anew), limits,
            in_process, registry, report, announce (see `benchbox.runs.runner.run`).

    Raises:
        BenchboxError: the suite cannot be run here. What a plugin does wrong later is not raised: it
            becomes failed rows.
    """
    settings = {name: options.pop(name) for name in list(options) if name in Suite.model_fields}
    if isinstance(suite, Suite):
        if settings:
            raise BadSuite(f"{', '.join(settings)}: give a Suite, or settings, not both")
        chosen = suite
    elif suite is not None:
        chosen = Suite.from_toml(Path(suite), settings)
    else:
        chosen = Suite(**settings_of(Path(output) if output else None, settings))
    options["backend"] = Backend.of(backend, backend_options or {})
    if "report" in options:
        return run_suite(chosen, output, **options)
    with shown_progress(progress) as report:
        return run_suite(chosen, output, report=report, **options)


@contextmanager
def shown_progress(wanted: bool | None) -> "Iterator[Report]":
    """Give a report that shows bars where somebody looks at them."""
    if _in_notebook() and wanted is not False:
        yield _notebook_bars()
    elif wanted or (wanted is None and sys.stderr.isatty()):
        with _terminal_bars() as report:
            yield report
    else:
        yield lambda *_: None


@contextmanager
def _terminal_bars() -> "Iterator[Report]":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        # No markup: a system's options may hold [lists].
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=2) as bars:
        tasks: dict[str, TaskID] = {}

        def report(task: str, done: int, total: int, note: str) -> None:
            if task not in tasks:
                tasks[task] = bars.add_task(one_line(task))
            bars.update(tasks[task], completed=done, total=total)

        yield report


def _in_notebook() -> bool:
    # Not imported: without IPython nobody is in a notebook.
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def _notebook_bars() -> "Report":
    """Return a report that keeps one line a task up to date below the cell."""
    from html import escape
    from importlib import import_module

    display = import_module("IPython.display")
    shown = display.display(display.HTML(""), display_id=True)
    lines: dict[str, str] = {}
    last = 0.0

    def report(task: str, done: int, total: int, note: str) -> None:
        nonlocal last
        text = escape(one_line(f"{task}: {done}/{total}  {note}"))
        lines[task] = f'<div><progress value="{done}" max="{max(total, 1)}"></progress> {text}</div>'
        if done >= total or monotonic() - last > _SECONDS:
            last = monotonic()
            shown.update(display.HTML("".join(lines.values())))

    return report
