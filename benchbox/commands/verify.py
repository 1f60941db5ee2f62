"""`benchbox verify`: is a run folder what was written there?"""

from pathlib import Path
from typing import Annotated

import typer

from benchbox.errors import one_line


def add_to(app: typer.Typer) -> None:
    app.command()(verify)


def verify(run: Annotated[Path, typer.Argument(help="A run folder.")]) -> None:
    """Check a run folder: manifest, every shard of scores and timings, trained systems, sounds, table.

    Exits with 1 where something is damaged or gone, and names it; the same `benchbox run` makes it anew.
    """
    from rich.console import Console
    from rich.text import Text

    from benchbox.runs.verification import examine

    console = Console(highlight=False)
    found = examine(run)
    console.print(", ".join(f"{count} {what}" for what, count in found.checked.items()), soft_wrap=True)
    for problem in found.problems:
        console.print(Text.assemble(("damaged:", "bold red"), " ", one_line(problem)), soft_wrap=True)
    if found.problems:
        console.print("the same `benchbox run` makes it anew, and only that", soft_wrap=True)
        raise typer.Exit(1)
    console.print("[green]everything is as it was written" + ("" if found.finished else " (unfinished)"))
