"""`benchbox agreement`: what listeners said, and which measures say the same."""

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchbox.errors import BadRun, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchbox.listening.opinions import Opinions
    from benchbox.listening.proportions import Choices
    from benchbox.runs.folder import Run


def add_to(app: typer.Typer) -> None:
    app.command()(agreement)


def agreement(run: Annotated[Path, typer.Argument(help="A run folder that people listened to.")]) -> None:
    """Show what listeners said of the systems, and how far each objective measure agrees with them."""
    from benchbox.listening.choices import Kind
    from benchbox.listening.opinions import opinions_of
    from benchbox.listening.proportions import choices_of
    from benchbox.runs.folder import Run

    opened = Run.open(run)
    opinions = opinions_of(opened)
    choices = [found for kind in Kind if (found := choices_of(opened, kind)).kept or found.outdated]
    if opinions is None and not choices:
        raise BadRun(f"nobody has listened to {run} yet; `benchbox listen {run}` serves a test")
    if opinions is not None:
        _print_opinions(opened, opinions)
    for each in choices:
        _print_choices(opened, each)


def _print_opinions(run: "Run", opinions: "Opinions") -> None:
    from benchbox.listening.opinions import agreements, notes_on, opinions_table
    from benchbox.render.numbers import fixed, limits

    _print_grid(
        ("system", "mushra"),
        [
            (system, f"{fixed(interval.mean, 1)} {limits(interval, 1)}")
            for system, interval in opinions_table(opinions)
        ],
    )
    lines = []
    for each in agreements(run, opinions):
        # Not a number where either is the same for all.
        means = [None if isnan(part.mean) else part.mean for part in (each.pearson, each.spearman)]
        limited = [limits(part, 2) for part in (each.pearson, each.spearman)]
        cells = [f"{fixed(mean, 2)} {limit}" for mean, limit in zip(means, limited, strict=True)]
        lines.append((each.measure, *cells, str(each.estimates)))
    _print_grid(("measure", "Pearson", "Spearman", "estimates"), lines)
    for note in notes_on(opinions):
        print(one_line(note))


def _print_choices(run: "Run", choices: "Choices") -> None:
    from benchbox.listening.choices import Kind
    from benchbox.listening.proportions import (
        notes_on_choices,
        percent,
        preferred,
        same_choices,
        told_apart,
    )

    if choices.of is Kind.abx:
        _print_grid(
            ("abx", "listener", "X named", "answers", "p by guessing"),
            [
                (
                    " and ".join(each.pair),
                    each.listener or f"all {each.listeners}",
                    percent(each.share),
                    str(each.answers),
                    f"{each.p:.2g}",
                )
                for each in told_apart(choices)
            ],
        )
    else:
        _print_grid(
            ("preferred", "to", "in", "answers"),
            [(*each.pair, percent(each.share), str(each.answers)) for each in preferred(choices)],
        )
        _print_grid(
            ("measure", "says what they say in", "answers"),
            [(each.measure, percent(each.share), str(each.answers)) for each in same_choices(run, choices)],
        )
    for note in notes_on_choices(choices):
        print(one_line(note))


def _print_grid(columns: "Sequence[str]", lines: "Sequence[Sequence[str]]") -> None:
    import rich
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(*columns, box=box.SIMPLE_HEAD)
    for line in lines:
        grid.add_row(*(Text(one_line(cell).strip()) for cell in line))
    rich.print(grid)
