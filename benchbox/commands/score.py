"""`benchbox score`: finished files -> a run folder."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from benchbox.commands.completion import names
from benchbox.commands.outputs import output_folder
from benchbox.errors import BadOption, one_line


def add_to(app: typer.Typer) -> None:
    app.command()(score)


def score(
    systems: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME=PATH...", help="More systems; the same as --enhanced."),
    ] = None,
    enhanced: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=PATH", help="A system and the folder (file, .scp) of its estimates."),
    ] = None,
    clean: Annotated[Path | None, typer.Option(help="The references: folder, file or .scp list.")] = None,
    noisy: Annotated[Path | None, typer.Option(help="What the systems were given, likewise.")] = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            help="What is measured. \\[default: as for run, or dnsmos without --clean]",
            autocompletion=names("metrics"),
        ),
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="CSV file: noise, snr, speaker, transcript of each id.")
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(help="Regular expression; what its group finds in a file's name is the clip it is of."),
    ] = None,
    channel: Annotated[
        str | None, typer.Option(help="Which channel to take of several, from 1; mix: their mean.")
    ] = None,
    padding_ms: Annotated[
        float | None,
        typer.Option(
            min=0, max=1000, help="By how much a file may be shorter or longer than its clip. \\[default: 40]"
        ),
    ] = None,
    resample: Annotated[
        bool, typer.Option("--resample", help="Resample files of another rate; if not, they fail.")
    ] = False,
    bounds: Annotated[bool, typer.Option("--bounds", help="Add what bounds the scores.")] = False,
    align: Annotated[bool, typer.Option("--align", help="Undo each system's constant delay.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Score this many clips.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Run folder. \\[default: runs/score-KEY]", callback=output_folder)
    ] = None,
    examples: Annotated[int, typer.Option(min=0, help="Keep the WAVs of this many clips.")] = 3,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Worker processes. \\[default: all cores]")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 if any score failed.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show all notes.")] = False,
) -> None:
    """Score files that other programs wrote, and make a run folder of it.

    benchbox score --clean clean/ --noisy noisy/ --enhanced ours=out/ theirs=other/

    Files belong together by their names; a file that is missing, truncated or of another length is that
    clip's failed row. leaderboard, compare, plot and baseline take the run folder as any other.
    Without --clean, measures that need no reference are taken.
    """
    import rich

    from benchbox.commands.plugins import installed
    from benchbox.commands.running import available_cores, progress_bars
    from benchbox.runs.scoring import score as score_files

    named = _named([*(enhanced or ()), *(systems or ())])
    settings: dict[str, Any] = {"bounds": bounds, "align": align, "limit": limit}
    try:
        with progress_bars() as report:
            finished = score_files(
                named,
                output,
                clean=clean,
                noisy=noisy,
                metrics=metrics,
                table=table,
                pattern=pattern,
                channel=int(channel) if channel and channel.isdecimal() else channel,
                padding_ms=padding_ms,
                resample=resample,
                settings=settings,
                jobs=jobs or available_cores(),
                examples=examples,
                registry=installed(),
                report=report,
                announce=lambda line: print(one_line(line), file=sys.stderr, flush=True),
            )
    except KeyboardInterrupt:
        print("\ninterrupted; what is done is kept: the same command continues there", file=sys.stderr)
        raise typer.Exit(130) from None
    rich.print(replace(finished.leaderboard(), explain=explain))
    print(f"run folder: {one_line(str(finished.path))}")
    failed = int((finished.scores["status"] != "ok").sum())
    if strict and failed:
        print(f"{failed} of {len(finished.scores)} scores failed (--strict)", file=sys.stderr)
        raise typer.Exit(1)


def _named(written: list[str]) -> dict[str, Path | str]:
    named: dict[str, Path | str] = {}
    for text in written:
        name, equals, path = text.partition("=")
        if not equals:
            # A single file needs no name of its own.
            name, path = Path(text).stem, text
        if name in named:
            raise BadOption(f"{name!r} names two systems, {named[name]} and {path}: give each its own name")
        named[name] = path
    return named
