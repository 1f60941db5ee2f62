"""What each part of vqunet is worth: python benchmarks/ablation.py RUN [OTHER_TRAINING ...]

RUN is of suites/ablation.toml; the others are of the same suite with other --train-noises. Prints markdown:
everybody, the differences of RUN's systems to the unchanged one, and all trainings by noise.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from kinds import pooled

from benchbox.cli import in_one_line
from benchbox.leaderboard import leaderboard
from benchbox.registry.specs import parse_spec
from benchbox.render import render
from benchbox.results.merging import merge
from benchbox.results.record import REFERENCE, Results
from benchbox.runs.folder import Run, named_results

UNCHANGED = str(parse_spec("vqunet(steps=1000)"))


def main(run: Path, others: Annotated[list[Path] | None, typer.Argument()] = None) -> None:
    alone = Run.open(run).results
    print(f"## Everybody\n\n{table(alone)}\n")
    print(f"## {UNCHANGED} less each other system, on identical mixtures\n\n{pooled(alone, UNCHANGED)}\n")
    if others:
        trainings = trained_alike(merge(named_results([Run.open(folder) for folder in [run, *others]])))
        print(f"## Other noises in training\n\n{table(trainings, by=['noise'])}")


def trained_alike(results: Results) -> Results:
    """Keep the systems that several of the runs have trained, and noisy: a label names its run then."""
    kept = {label: facts for label, facts in results.systems.items() if "@" in label or label == REFERENCE}

    def rows(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["system"].isin(kept)]

    return replace(results, scores=rows(results.scores), timings=rows(results.timings), systems=kept)


def table(results: Results, by: Sequence[str] = ()) -> str:
    """Return the leaderboard alone, without what stands under it."""
    return render(leaderboard(results, by=by), "markdown").partition("\n\n")[0]


if __name__ == "__main__":
    in_one_line(partial(typer.run, main))
