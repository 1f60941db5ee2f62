"""`benchbox report`: a page to read and to listen to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchbox.commands.outputs import output_file
from benchbox.errors import one_line

if TYPE_CHECKING:
    from benchbox.runs.folder import Run

MEGABYTE = 1_000_000


def add_to(app: typer.Typer) -> None:
    app.command()(report)


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN", help="A run folder; several are put on one page."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(help="The page. \\[default: report.html in the first run]", callback=output_file),
    ] = None,
    size: Annotated[
        float, typer.Option(min=1, help="MB that the page may take; clips beyond that are left out.")
    ] = 15.0,
    force: Annotated[
        bool, typer.Option("--force", help="Merge runs although a measure's implementation differs.")
    ] = False,
) -> None:
    """Write a page of one HTML file: leaderboard, curves, clip by clip, sounds, failures, provenance.

    It opens from disk, in any current browser, and asks nothing of the network.
    """
    from benchbox.runs.folder import Run

    opened = [Run.open(run) for run in runs]
    path = output or output_file(opened[0].path / "report.html")
    assert path
    written = _write(opened, path, size, force)
    print(f"{one_line(str(path))}: {written / MEGABYTE:.1f} MB")


def _write(runs: "list[Run]", path: Path, size: float, force: bool) -> int:
    """Write the page and return its size in bytes."""
    from benchbox.files import atomic
    from benchbox.report import content_of, encode_clips, kept_clips, render_page

    content = content_of(runs, force=force)
    bare = len(render_page(content))
    clips = [clip for run in runs for clip in kept_clips(run, content.labels[str(run.path)])]
    encoded, left_out = encode_clips(clips, int(size * MEGABYTE) - bare)
    notes = (
        [f"{left_out} of {len(clips)} clips are left out to stay under {size:g} MB (--size)."]
        if left_out
        else []
    )
    page = render_page(content, encoded, notes).encode()
    with atomic(path) as temporary:
        temporary.write_bytes(page)
    return len(page)
