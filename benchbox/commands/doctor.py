"""`benchbox doctor`: can the numbers of this installation be trusted?"""

from typing import TYPE_CHECKING

import typer

from benchbox.errors import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from benchbox.checks.calibration import Row
    from benchbox.checks.doctor import Finding


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor() -> None:
    """Check the installation: machine, libraries, plugins, and the metrics against known scores.

    Exits with 1 where something is off, and names it.
    """
    from rich.console import Console
    from rich.text import Text

    from benchbox.checks.doctor import examine

    found = examine()
    console = Console(highlight=False)
    console.print("[bold]machine")
    console.print(_listed(found.machine))
    console.print("\n[bold]libraries")
    console.print(
        ", ".join(one_line(f"{library.subject} {library.state}") for library in found.libraries), markup=False
    )
    console.print("\n[bold]plugins")
    console.print(_listed(found.plugins))
    console.print("\n[bold]metrics[/]: a test clip against itself, and in noise")
    console.print(_scored(found.metrics))
    console.print()
    if not found.problems:
        console.print("[green]everything is as it should be")
        return
    for problem in found.problems:
        console.print(Text.assemble(("off:", "bold red"), " ", one_line(problem)), soft_wrap=True)
    raise typer.Exit(1)


def _listed(findings: "Sequence[Finding]") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        state = Text(one_line(finding.state), "red" if finding.problem else "")
        table.add_row(Text(one_line(finding.subject)), state)
    return table


def _scored(rows: "Sequence[Row]") -> "Table":
    from rich.table import Table
    from rich.text import Text

    from benchbox.checks.calibration import ESTIMATES, KNOWN

    table = Table(box=None, pad_edge=False)
    table.add_column("measure")
    for heading in ("rate", *ESTIMATES):
        table.add_column(heading, justify="right")
    table.add_column("")
    for row in rows:
        # Rounding first: -1e-9 is no minus nought.
        scores = (
            f"{round(row.scores[name], 4) + 0:.4f}" if name in row.scores else "-" for name in ESTIMATES
        )
        verdict = "as known" if row.measure in KNOWN else "plausible"
        table.add_row(
            Text(one_line(row.measure)),
            f"{row.sample_rate}" if row.sample_rate else "-",
            *scores,
            "[red]off" if row.problem else f"[green]{verdict}",
        )
    return table
