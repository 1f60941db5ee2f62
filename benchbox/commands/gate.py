"""`benchbox baseline` and `benchbox compare`: the regression gate for CI."""

import enum
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchbox.commands.outputs import output_file
from benchbox.errors import BadRun, BadSuite, one_line

if TYPE_CHECKING:
    from benchbox.results.record import Results


class VerdictFormat(enum.StrEnum):
    rich = "rich"
    markdown = "markdown"
    json = "json"


baseline = typer.Typer(
    help="Keep a run's scores in a small file to compare later runs with.", no_args_is_help=True
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(baseline, name="baseline")
    app.command()(compare)


@baseline.command()
def save(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    file: Annotated[Path, typer.Argument(help="Where to write; made to be committed.", callback=output_file)],
) -> None:
    """Write the scores of a run as a baseline file."""
    from benchbox.gate.baseline import save_baseline

    save_baseline(_results(run), file)
    print(f"saved {one_line(str(file))} ({file.stat().st_size / 1000:.0f} kB)")


def compare(
    before: Annotated[Path, typer.Argument(metavar="BASELINE", help="A baseline file or a run folder.")],
    after: Annotated[Path, typer.Argument(metavar="CANDIDATE", help="A run folder or a baseline file.")],
    min_effect: Annotated[
        str,
        typer.Option(
            help="Smaller drops pass, for example pesq_nb=0.05,stoi=0.005; replaces the defaults named."
        ),
    ] = "",
    form: Annotated[VerdictFormat, typer.Option("--format", help="How to write it.")] = VerdictFormat.rich,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Pass although a part of BASELINE is gone.")
    ] = False,
    save_missing: Annotated[
        bool, typer.Option("--save-missing", help="Where there is no BASELINE yet, save CANDIDATE as it.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 also where the clips are too few to tell.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Compare although a measure's implementation differs.")
    ] = False,
) -> None:
    """Exit 1 if a system got significantly and noticeably worse, newly fails or is gone, naming it.

    That is asked of all mixtures together and of each noise and SNR. Where a change worth failing for can be
    neither found nor ruled out, the answer is "inconclusive", which passes unless --strict. Both runs must
    have scored the same mixtures (corpus, noises, SNRs, seed). In a GitHub workflow the verdict also goes
    into its summary.
    """
    import rich

    from benchbox.gate.baseline import save_baseline
    from benchbox.gate.compare import compare as judge
    from benchbox.render import render_verdict
    from benchbox.render.verdict import Report

    candidate = _results(after)
    if save_missing and not before.exists():
        output_file(before)
        save_baseline(candidate, before)
        print(f"saved this run as {one_line(str(before))}; commit it", file=sys.stderr)
        return
    if not before.exists():
        raise BadRun(
            f"no baseline {before}: `benchbox baseline save {after} {before}` makes one, "
            "and so does --save-missing"
        )
    verdict = judge(
        _results(before),
        candidate,
        _read_effects(min_effect),
        allow_missing=allow_missing,
        force=force,
    )
    verdict = replace(verdict, strict=strict)
    if form is VerdictFormat.rich:
        rich.print(Report(verdict))
    else:
        print(render_verdict(verdict, form))
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(render_verdict(verdict, "markdown") + "\n")
    raise typer.Exit(verdict.exit_code)


def _results(path: Path) -> "Results":
    from benchbox.gate.baseline import load_baseline
    from benchbox.runs.folder import Run

    return load_baseline(path) if path.is_file() else Run.open(path).results


def _read_effects(text: str) -> dict[str, float]:
    effects = {}
    for part in filter(None, text.split(",")):
        measure, _, value = part.partition("=")
        try:
            effects[measure.strip()] = effect = float(value)
            if not 0 <= effect < float("inf"):
                raise ValueError
        except ValueError:
            raise BadSuite(f"--min-effect {part!r}: wants measure=number, such as pesq_nb=0.05") from None
    return effects
