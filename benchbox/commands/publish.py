"""`benchbox card`, and the badge of `benchbox leaderboard`: numbers for other people's pages."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchbox.commands.outputs import output_file
from benchbox.errors import BadSuite, UnknownName

if TYPE_CHECKING:
    from benchbox.leaderboard import Table


def add_to(app: typer.Typer) -> None:
    app.command()(card)


def card(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    system: Annotated[str, typer.Argument(help="A system of its leaderboard.")],
    output: Annotated[
        Path | None, typer.Option(help="Write there, for example README.md.", callback=output_file)
    ] = None,
) -> None:
    """Write a model card of one system: its numbers, with the front matter of the Hugging Face hub."""
    from benchbox.files import atomic
    from benchbox.leaderboard import leaderboard
    from benchbox.listening.proportions import with_listeners
    from benchbox.render.card import card as render
    from benchbox.runs.folder import Run

    opened = Run.open(run)
    results = opened.results
    table = with_listeners(leaderboard(results), opened)
    known = [row.system for row in table.rows]
    if system not in known:
        raise UnknownName("system", system, known)
    text = render(results, table, leaderboard(results, by=("noise", "snr")), system)
    if output is None:
        print(text, end="")
        return
    with atomic(output) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_badge(table: "Table", path: Path) -> None:
    """Write a badge as the suffix says: .svg, or .json for shields.io.

    Raises:
        BadSuite: it is another.
    """
    from benchbox.files import atomic
    from benchbox.render.badge import shields, svg

    makers = {".svg": svg, ".json": shields}
    if path.suffix not in makers:
        raise BadSuite(f"--badge {path}: a badge is .svg, or .json for shields.io")
    with atomic(path) as temporary:
        temporary.write_text(makers[path.suffix](table), encoding="utf-8")
