"""`benchbox report` and `benchbox site`: pages to read and to listen to."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer

from benchbox.commands.outputs import output_file, output_folder
from benchbox.errors import one_line

if TYPE_CHECKING:
    from benchbox.runs.folder import Run

MEGABYTE = 1_000_000
SECONDS = 5
"""How often --watch looks, and how often a page that it writes loads itself again."""


def add_to(app: typer.Typer) -> None:
    app.command()(report)
    app.command()(site)


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
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Write it again whenever there is more, until every run is finished."),
    ] = False,
    clips: Annotated[
        str,
        typer.Option(
            help="Make the sounds of further clips: 'extremes' (best, median and worst of each system), or a "
            "part of a mixture's title such as 'white 0 dB'; separated by ';'."
        ),
    ] = "",
    wav: Annotated[
        bool,
        typer.Option("--wav", help="Write all sounds beside the page as WAV, too; it leads to them."),
    ] = False,
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
    page = Page(path, size, force, wav)
    if wanted := [text.strip() for text in clips.split(";") if text.strip()]:
        page = replace(page, notes=tuple(_make_sounds(opened, wanted)))
    if watch:
        _watch(runs, page)
        return
    written = page.write(opened)
    print(f"{one_line(str(path))}: {written / MEGABYTE:.1f} MB")


def site(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN", help="Run folders, oldest first.")],
    output: Annotated[
        Path, typer.Option(help="Folder of the site; what it holds is overwritten.", callback=output_folder)
    ] = Path("site"),
    size: Annotated[float, typer.Option(min=1, help="MB that each run's page may take.")] = 15.0,
) -> None:
    """Write static pages of several runs, for a web server: who is ahead, how systems went, a page a run."""
    from benchbox.files import atomic
    from benchbox.report import render_site, unique_names
    from benchbox.runs.folder import Run

    opened = dict(zip(unique_names(runs), [Run.open(run) for run in runs], strict=True))
    places = {name: f"runs/{name}.html" for name in opened}
    pages = render_site({name: run.results for name, run in opened.items()}, places)
    for name, run in opened.items():
        Page(output / places[name], size).write([run])
    # Last, so that it never leads to a page that is not there.
    for path, text in pages.items():
        with atomic(output / path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    count = "1 run" if len(opened) == 1 else f"{len(opened)} runs"
    print(f"{one_line(str(output / 'index.html'))}: {count}")


def _make_sounds(runs: "list[Run]", wanted: list[str]) -> Iterator[str]:
    """Make the sounds that are asked for, and say what is left out."""
    from benchbox.report.extremes import MOST, chosen
    from benchbox.runs.further import make_sounds

    for run in runs:
        mixtures, left_out = chosen(run.results, wanted)
        make_sounds(run, mixtures)
        if left_out:
            note = (
                f"--clips extremes makes {MOST} clips at most, of the best systems first: "
                f"those of {', '.join(left_out)} are left out."
            )
            print(one_line(note))
            yield note


def _watch(runs: Sequence[Path], page: "Page") -> None:
    """Write the page now and whenever a run has more, until all are finished."""
    from benchbox.errors import BadRun
    from benchbox.runs.folder import Run

    before: object = None
    while True:
        opened = [Run.open(run) for run in runs]
        finished = all(run.finished for run in opened)
        now = (finished, [_state(run) for run in opened])
        if now != before:
            before = now
            try:
                written = page.write(opened, refresh=None if finished else SECONDS)
                print(f"{one_line(str(page.path))}: {written / MEGABYTE:.1f} MB", flush=True)
            except BadRun as error:
                if finished:
                    raise
                print(f"waiting: {one_line(str(error))}", flush=True)  # no scores yet
        if finished:
            return
        sleep(SECONDS)


def _state(run: "Run") -> list[tuple[str, int]]:
    """Return what changes when a run has more: its scores and its sounds."""
    files = [*(run.path / "scores").glob("*.parquet"), *run.audio_folder.glob("[!.]*")]
    found = []
    for file in files:
        with suppress(FileNotFoundError):  # written anew just now
            found.append((file.name, file.stat().st_mtime_ns))
    return sorted(found)


@dataclass(frozen=True)
class Page:
    """Where a page goes, and how it is to be."""

    path: Path
    size: float
    """MB."""
    force: bool = False
    wav: bool = False
    notes: tuple[str, ...] = ()

    def write(self, runs: "list[Run]", refresh: int | None = None) -> int:
        """Write the page and return its size in bytes."""
        from benchbox.files import atomic
        from benchbox.report import content_of, encode_clips, kept_clips, render_page, write_wavs

        content = content_of(runs, force=self.force)
        bare = len(render_page(content, refresh=refresh))
        clips = [clip for run in runs for clip in kept_clips(run, content.labels[str(run.path)])]
        folder = self.path.with_name(f"{self.path.stem}_sounds")
        files = write_wavs(clips, folder) if self.wav else []
        encoded, left_out = encode_clips(clips, int(self.size * MEGABYTE) - bare, files)
        notes = [*self.notes]
        if left_out:
            beside = f"; {folder.name} beside this page has them all" if self.wav else ""
            notes.append(
                f"{left_out} of {len(clips)} clips are left out to stay under {self.size:g} MB "
                f"(--size){beside}."
            )
        page = render_page(content, encoded, notes, refresh).encode()
        with atomic(self.path) as temporary:
            temporary.write_bytes(page)
        return len(page)
