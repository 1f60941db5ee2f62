"""`benchbox status`: how far a run is, and who is ahead, from another shell."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from benchbox.errors import one_line


def add_to(app: typer.Typer) -> None:
    app.command()(status)


def status(run: Annotated[Path, typer.Argument(help="A run folder, of a run that goes on or not.")]) -> None:
    """Show how far a run is, who is ahead so far, and what failed; it disturbs nobody."""
    import rich

    from benchbox.leaderboard.standing import standings
    from benchbox.render.standing import render_standings
    from benchbox.results.completeness import unfinished
    from benchbox.runs.folder import Run
    from benchbox.runs.lock import holder_of

    opened = Run.open(run)
    results = opened.results
    who = holder_of(opened.path)
    gap = unfinished(results)
    state = "finished" if gap is None else f"{'running' if who else 'stopped'}: {gap}"
    print(one_line(f"{run} is {state}."))
    if who:
        print(one_line(f"{who} works there."))
    if results.scores.empty:
        print("No scores yet.")
        return
    found = standings(results.scores, results.measures)
    failed = results.scores[results.scores["status"] != "ok"]
    failures = Counter(zip(failed["system"], failed["failure"].fillna("no reason given"), strict=True))
    rich.print(render_standings(found, results.measures, failures))
