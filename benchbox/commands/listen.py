"""`benchbox listen` and `benchbox agreement`: what people say."""

from math import isnan
from pathlib import Path
from typing import Annotated

import typer

from benchbox.errors import BadRun, one_line


def add_to(app: typer.Typer) -> None:
    app.command()(listen)
    app.command()(agreement)


def listen(
    run: Annotated[Path, typer.Argument(help="A run folder with sounds (--examples).")],
    systems: Annotated[
        str, typer.Option(help="Rate these, separated by ';'. \\[default: all but the bounds]")
    ] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8017,
) -> None:
    """Serve a blind listening test (MUSHRA, ITU-R BS.1534) on this machine, until Ctrl-C.

    Ratings are kept in RUN/listening as they are given: who comes back under the same name goes on.
    """
    from benchbox.listening.server import ListeningTest, serve
    from benchbox.listening.trials import trials_of
    from benchbox.runs.folder import Run

    opened = Run.open(run)
    wanted = [name.strip() for name in systems.split(";") if name.strip()]
    test = ListeningTest(trials_of(opened, wanted), opened.path / "listening", opened.manifest.suite.seed)
    try:
        serve(test, port, lambda address: print(f"listen at {address} (Ctrl-C ends)", flush=True))
    except KeyboardInterrupt:
        print(one_line(f"\nended; ratings are in {test.folder}, `benchbox agreement {run}` sums them up"))


def agreement(run: Annotated[Path, typer.Argument(help="A run folder that people listened to.")]) -> None:
    """Show what listeners gave to each system, and how each objective measure correlates with them."""
    import rich
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from benchbox.listening.opinions import agreements, notes_on, opinions_of, opinions_table
    from benchbox.render.numbers import fixed, limits
    from benchbox.runs.folder import Run

    opened = Run.open(run)
    opinions = opinions_of(opened)
    if opinions is None:
        raise BadRun(f"nobody has listened to {run} yet; `benchbox listen {run}` serves a test")
    grid = Table("system", "mushra", box=box.SIMPLE_HEAD)
    for system, interval in opinions_table(opinions):
        grid.add_row(Text(one_line(system)), Text(f"{fixed(interval.mean, 1)} {limits(interval, 1)}".strip()))
    rich.print(grid)
    grid = Table("measure", "Pearson", "Spearman", "estimates", box=box.SIMPLE_HEAD)
    for each in agreements(opened, opinions):
        # Not a number where either is the same for all.
        means = [None if isnan(part.mean) else part.mean for part in (each.pearson, each.spearman)]
        limited = [limits(part, 2) for part in (each.pearson, each.spearman)]
        cells = [f"{fixed(mean, 2)} {limit}".strip() for mean, limit in zip(means, limited, strict=True)]
        grid.add_row(Text(one_line(each.measure)), *map(Text, cells), str(each.estimates))
    rich.print(grid)
    for note in notes_on(opinions):
        print(one_line(note))
