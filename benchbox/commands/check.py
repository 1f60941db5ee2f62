"""`benchbox check`: does a plugin keep its contract?"""

from typing import Annotated

import typer

from benchbox.commands.completion import names
from benchbox.errors import one_line


def add_to(app: typer.Typer) -> None:
    app.command()(check)


def check(
    spec: Annotated[
        str,
        typer.Argument(
            help="A plugin, as other commands name it: gate, 'my.py:Gate(threshold=3)'.",
            autocompletion=names(),
        ),
    ],
    minutes: Annotated[
        float, typer.Option(min=0.5, help="The longest audio that a denoiser is given.")
    ] = 10.0,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that one thing may take.")] = 600.0,
) -> None:
    """Try what every plugin of its kind must do, and of a denoiser more: what holds, and what does not.

    A denoiser that learns is trained first, as its options say: name small ones. Needs pytest.
    Exits with 1 where something does not hold.
    """
    from rich.console import Console
    from rich.text import Text

    from benchbox.commands.plugins import installed
    from benchbox.conformance.check import check as findings

    console = Console(highlight=False)
    styles = {"holds": "green", "fails": "bold red", "skipped": "dim"}
    counts = dict.fromkeys(styles, 0)
    for found in findings(spec, installed(), minutes=minutes, seconds=timeout):
        counts[found.outcome] += 1
        told = f": {one_line(found.told)}" if found.told else ""
        line = Text.assemble((f"{found.outcome:8}", styles[found.outcome]), one_line(found.name), told)
        console.print(line, soft_wrap=True)
    console.print(f"\n{counts['holds']} hold, {counts['fails']} do not")
    if counts["fails"] or not counts["holds"]:
        raise typer.Exit(1)
