"""`benchbox listen`: a listening test, here or on somebody's web server."""

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchbox.commands.outputs import output_folder
from benchbox.errors import BadRun, BadSuite, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchbox.listening.server import ListeningTest
    from benchbox.listening.trials import Trial
    from benchbox.runs.folder import Run


class Test(enum.StrEnum):
    mushra = "mushra"
    abx = "abx"
    preference = "preference"


def add_to(app: typer.Typer) -> None:
    app.command()(listen)


def listen(
    run: Annotated[Path, typer.Argument(help="A run folder with sounds (--examples).")],
    test: Annotated[
        Test,
        typer.Option(
            help="All systems rated from 0 to 100, or two at a time: which of them X is, which is better."
        ),
    ] = Test.mushra,
    systems: Annotated[
        str, typer.Option(help="Compare these, separated by ';'. \\[default: all but the bounds]")
    ] = "",
    repeats: Annotated[
        int, typer.Option(min=1, max=20, help="Of abx and preference: ask about each two sounds so often.")
    ] = 1,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8017,
    export: Annotated[
        Path | None,
        typer.Option(help="Write the test there, for a web server.", callback=output_folder),
    ] = None,
    answers: Annotated[
        list[Path] | None,
        typer.Option(
            "--import",
            help="Keep the answers to an exported test: a file that a listener sent, or a folder of them.",
        ),
    ] = None,
) -> None:
    """Serve a blind listening test on this machine, until Ctrl-C: MUSHRA (ITU-R BS.1534), ABX or preference.

    Answers are kept in RUN/listening as they are given: who comes back under the same name goes on.
    """
    from benchbox.listening.server import serve
    from benchbox.runs.folder import Run

    if test is Test.mushra and repeats > 1:
        raise BadSuite("--repeats belongs to --test abx and preference: leave it out")
    opened = Run.open(run)
    if answers:
        _import(opened, answers)
        return
    if export is not None:
        _export(opened, test, systems, repeats, export)
        return
    asked = _test(opened, test, systems, repeats)
    try:
        serve(asked, port, lambda address: print(f"listen at {address} (Ctrl-C ends)", flush=True))
    except KeyboardInterrupt:
        print(one_line(f"\nended; answers are in {run}/listening, `benchbox agreement {run}` sums them up"))


def _test(run: "Run", test: Test, systems: str, repeats: int) -> "ListeningTest":
    from benchbox.listening.choices import Kind
    from benchbox.listening.comparing import ComparisonTest
    from benchbox.listening.mushra import MushraTest

    trials, folder, seed = _trials(run, test, systems), run.path / "listening", run.manifest.suite.seed
    if test is Test.mushra:
        return MushraTest(trials, folder, seed)
    return ComparisonTest(Kind(test), trials, folder, seed, repeats)


def _trials(run: "Run", test: Test, systems: str) -> "list[Trial]":
    from benchbox.listening.trials import trials_of

    wanted = [name.strip() for name in systems.split(";") if name.strip()]
    return trials_of(run, wanted, together=test is Test.mushra)


def _export(run: "Run", test: Test, systems: str, repeats: int, target: Path) -> None:
    from benchbox.listening.exporting import export

    trials, seed = _trials(run, test, systems), run.manifest.suite.seed
    written = export(test, trials, run.path / "listening", target, seed=seed, repeats=repeats)
    print(
        one_line(
            f"{target / 'index.html'}: {written / 1e6:.1f} MB with all that is beside it, for a web server; "
            f"`benchbox listen {run.path} --import FILE` keeps the answers that listeners send"
        )
    )


def _import(run: "Run", paths: "Sequence[Path]") -> None:
    """Keep the answers of each file, and say of each what is kept or wrong."""
    from benchbox.listening.importing import import_answers

    files = [file for path in paths for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])]
    if not files:
        raise BadRun(f"--import {paths[0]}: no .json is in it")
    refused = 0
    for file in files:
        try:
            found = import_answers(run.path / "listening", file)
        except BadRun as error:
            refused += 1
            typer.echo(f"benchbox: {one_line(str(error))}", err=True)
        else:
            known = f", {found.known} of them kept before" if found.known else ""
            print(one_line(f"{file}: {found.answers} answers of {found.listener}{known}"))
    if refused:
        raise typer.Exit(2)
