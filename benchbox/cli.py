"""The command line: arguments in, exit codes out, and the only place that catches errors.

0 fine, 1 a regression or a failed check, 2 something the user can mend, 130 interrupted.
"""

import io
import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from benchbox import __version__
from benchbox.commands import (
    agreement,
    cache,
    check,
    denoise,
    doctor,
    export,
    gate,
    inventory,
    listen,
    new,
    publish,
    report,
    running,
    score,
    status,
    tables,
    train,
    verify,
)
from benchbox.errors import BenchboxError, one_line

app = typer.Typer(
    name="benchbox",
    help="Name some speech denoisers, get a leaderboard you can trust.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    running,
    score,
    inventory,
    tables,
    report,
    status,
    listen,
    agreement,
    publish,
    gate,
    denoise,
    train,
    new,
    export,
    check,
    verify,
    cache,
    doctor,
):
    module.add_to(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"benchbox {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
    traceback: Annotated[bool, typer.Option("--traceback", help="Show where an error came from.")] = False,
) -> None:
    if traceback:
        os.environ["BENCHBOX_TRACEBACK"] = "1"


def main() -> None:
    """Run the command line; the entry point of the `benchbox` script."""
    # An ASCII terminal has no ±; a table without it is better than none.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    in_one_line(app)


def in_one_line(command: Callable[[], object]) -> None:
    """Run a command; what its user can mend is told in one line, with exit code 2."""
    try:
        command()
    except BenchboxError as error:
        if os.environ.get("BENCHBOX_TRACEBACK"):
            raise
        print(f"benchbox: {one_line(str(error))}", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if os.environ.get("BENCHBOX_TRACEBACK") or not library or library.startswith("benchbox"):
            raise
        print(
            f"benchbox: this needs the package {library}, which is not installed: pip install {library}",
            file=sys.stderr,
        )
        sys.exit(2)
    except BrokenPipeError:
        # `benchbox leaderboard ... | head` is no error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # No space, no permission, a disk that fails: exit code 1 is for scores that got worse.
        if os.environ.get("BENCHBOX_TRACEBACK"):
            raise
        where = f"{error.filename}: " if error.filename else ""
        what = " ".join((error.strerror or str(error)).split())
        told = f"{where}{what}; nothing that was kept is lost: the same command goes on when that is mended"
        print(f"benchbox: {told}", file=sys.stderr)
        sys.exit(2)
