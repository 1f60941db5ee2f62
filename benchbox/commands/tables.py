"""`benchbox leaderboard` and `benchbox plot`: look at a run."""

import enum
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchbox.commands.charts import (
    draw_costs,
    draw_curves,
    draw_differences,
    draw_heat,
    draw_spectrograms,
    draw_training,
)
from benchbox.commands.outputs import output_file, output_folder
from benchbox.commands.publish import write_badge
from benchbox.commands.published import quoted_below
from benchbox.errors import BadOption, BadSuite, one_line

if TYPE_CHECKING:
    from benchbox.results.record import Results
    from benchbox.runs.folder import Run


class Form(enum.StrEnum):
    rich = "rich"
    markdown = "markdown"
    csv = "csv"
    json = "json"
    latex = "latex"


_SUFFIXES = {
    ".md": Form.markdown,
    ".csv": Form.csv,
    ".json": Form.json,
    ".tex": Form.latex,
    ".txt": Form.rich,
}


class Picture(enum.StrEnum):
    spectrograms = "spectrograms"
    curves = "curves"
    training = "training"
    heat = "heat"
    differences = "differences"
    costs = "costs"


def add_to(app: typer.Typer) -> None:
    app.command()(leaderboard)
    app.command()(plot)


def leaderboard(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN", help="A run folder; several are put into one table."),
    ],
    form: Annotated[
        Form | None,
        typer.Option("--format", help="How to write it. \\[default: as --output ends, or rich]"),
    ] = None,
    by: Annotated[str, typer.Option(help="Group by noise, snr or both: noise,snr.")] = "",
    explain: Annotated[
        bool, typer.Option("--explain", help="Show all notes, and what the numbers mean.")
    ] = False,
    sort: Annotated[str | None, typer.Option(help="Rank by this measure. \\[default: the first]")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            help="Write there instead: .md, .csv, .json, .tex and .txt choose the format.",
            callback=output_file,
        ),
    ] = None,
    badge: Annotated[
        Path | None,
        typer.Option(
            help="Write who is ahead as a badge, too: .svg, or .json for shields.io.", callback=output_file
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Merge runs although a measure's implementation differs.")
    ] = False,
    paper: Annotated[
        bool, typer.Option("--paper", help="LaTeX for a paper: one tabular with SNRs as columns.")
    ] = False,
    measures: Annotated[
        str | None, typer.Option(help="Of --paper: these, in this order. \\[default: all]")
    ] = None,
    no_intervals: Annotated[bool, typer.Option("--no-intervals", help="Of --paper: means alone.")] = False,
    decimals: Annotated[
        int | None, typer.Option(min=0, max=6, help="Of --paper: digits behind the point.")
    ] = None,
    published: Annotated[
        str | None,
        typer.Option(help="Quote figures from the literature below the table: voicebank_demand."),
    ] = None,
) -> None:
    """Print the leaderboard of a run, or one of several runs on the mixtures that all of them have.

    With --paper the best of each column is bold, and underlined where by a paired test no system is better.
    """
    import rich

    from benchbox.files import atomic
    from benchbox.leaderboard import GROUPINGS
    from benchbox.leaderboard import leaderboard as make_table
    from benchbox.listening.proportions import with_listeners
    from benchbox.render import render
    from benchbox.render.terminal import Leaderboard
    from benchbox.results.merging import merge
    from benchbox.runs.folder import Run, named_results

    groups = [part.strip() for part in by.split(",") if part.strip()]
    if not set(groups) <= set(GROUPINGS):
        raise BadSuite(f"--by {by}: group by noise, snr or both: noise,snr")
    if badge is not None and groups:
        raise BadSuite("--badge tells of one table: leave out --by")
    if not paper and (measures is not None or no_intervals or decimals is not None):
        raise BadSuite(
            "--measures, --no-intervals and --decimals belong to --paper: add it or leave them out"
        )
    if paper and badge is not None:
        raise BadSuite("--paper and --badge exclude each other: choose one")
    if paper and form not in (None, Form.latex):
        raise BadSuite(f"--paper writes latex, not --format {form}: leave one out")
    form = Form.latex if paper else form or _form_of(output)
    quoted = quoted_below(published, form)
    named = named_results([Run.open(run) for run in runs])
    results = merge(named, force=force) if len(named) > 1 else next(iter(named.values()))
    if paper:
        text = _paper(results, groups, measures, intervals=not no_intervals, decimals=decimals)
        if output is None:
            print(text, end="")
            return
        with atomic(output) as temporary:
            temporary.write_text(text, encoding="utf-8")
        return
    table = make_table(results, by=groups, sort=sort)
    if len(runs) == 1:
        table = with_listeners(table, Run.open(runs[0]))
    if badge is not None:
        write_badge(table, badge)
    if output is not None:
        with atomic(output) as temporary:
            temporary.write_text(render(table, form) + quoted, encoding="utf-8")
    elif form is Form.rich:
        rich.print(Leaderboard(table, explain))
        print(quoted, end="")
    else:
        print(render(table, form) + quoted, end="")


def _paper(
    results: "Results", groups: list[str], measures: str | None, *, intervals: bool, decimals: int | None
) -> str:
    from benchbox.leaderboard import leaderboard as make_table
    from benchbox.render.paper import render_paper

    listed = ",".join(each.name for each in results.measures) if measures is None else measures
    names = list(dict.fromkeys(name.strip() for name in listed.split(",") if name.strip()))
    if not names:
        raise BadSuite("--measures names none: leave it out for all")
    by = [*(["noise"] if "noise" in groups else []), "snr"]
    # Each measure ranks a table of its own: what is tied in one may be apart in another.
    tables = {name: make_table(results, by=by, sort=name) for name in names}
    return render_paper(tables, intervals=intervals, digits=decimals)


def _form_of(output: Path | None) -> Form:
    """Return the format that a file's suffix stands for.

    Raises:
        BadSuite: it stands for none.
    """
    if output is None:
        return Form.rich
    if output.suffix not in _SUFFIXES:
        known = " ".join(sorted(_SUFFIXES))
        raise BadSuite(f"--output {output}: its suffix names no format; {known} do, or say --format")
    return _SUFFIXES[output.suffix]


def plot(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    what: Annotated[
        list[Picture] | None, typer.Option(help="Which pictures; may be repeated. \\[default: all]")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder. \\[default: RUN/plots]", callback=output_folder)
    ] = None,
    width: Annotated[
        str | None,
        typer.Option(help="Of a paper: column (89 mm), page (182 mm) or so many mm, letters of 7 and 8 pt."),
    ] = None,
) -> None:
    """Draw a run as PNG, SVG and PDF: its examples' spectrograms, each measure over SNR, the trainings.

    clip-*: clean waveform, magnitude and natural log magnitude (the paper's Fig. 7). spectrograms-*: clean,
    noisy and every estimate (Fig. 8). training: losses and codebook (Fig. 9). heat: gain on noisy in each
    condition. differences: the best system less each other one, mixture by mixture. costs: quality against
    them.
    """
    from benchbox.runs.folder import Run

    finished = Run.open(run)
    inches = None if width is None else _inches(width)
    folder = output or run / "plots"
    folder.mkdir(parents=True, exist_ok=True)
    for picture in what or list(Picture):
        for file in DRAW[picture](finished, folder, inches):
            print(one_line(str(file)))


def _inches(width: str) -> float:
    from benchbox.plots import PAPER_WIDTHS

    if width in PAPER_WIDTHS:
        return PAPER_WIDTHS[width]
    try:
        millimetres = float(width.removesuffix("mm"))
    except ValueError:
        millimetres = 0.0
    if not 40 <= millimetres <= 500:
        raise BadOption(f"--width {width!r}: wants {', '.join(PAPER_WIDTHS)} or 40 to 500 mm, such as 80mm")
    return millimetres / 25.4


DRAW: dict[Picture, "Callable[[Run, Path, float | None], Iterator[Path]]"] = {
    Picture.spectrograms: draw_spectrograms,
    Picture.curves: draw_curves,
    Picture.training: draw_training,
    Picture.heat: draw_heat,
    Picture.differences: draw_differences,
    Picture.costs: draw_costs,
}
