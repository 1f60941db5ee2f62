"""Compare systems on each kind of recorded noise: python benchmarks/kinds.py SYSTEM RUN [RUN ...]

The runs are of suites/kinds.toml; several are put into one table. Prints markdown: all kinds pooled, with
paired tests of SYSTEM against the others; what it adds to the noisy input; everybody on every kind.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import typer
from tabulate import tabulate

from benchbox.cli import in_one_line
from benchbox.errors import BadRun, UnknownName
from benchbox.leaderboard import leaderboard
from benchbox.leaderboard.table import heading
from benchbox.records import Measure
from benchbox.registry.specs import parse_spec
from benchbox.render import render
from benchbox.render.numbers import decimals, limits, signed
from benchbox.results.clusters import clusters_of
from benchbox.results.merging import merge
from benchbox.results.record import REFERENCE, Results
from benchbox.results.statistics import clustered_bootstrap, draws_for, holm, paired_test
from benchbox.runs.folder import Run, named_results


def main(system: str, folders: list[Path]) -> None:
    system = str(parse_spec(system))
    runs = [Run.open(folder) for folder in folders]
    check_mixtures(runs)
    merged = named_by_kind(merge(named_results(runs)))
    if system not in merged.systems:
        raise UnknownName("system", system, merged.systems)
    print(f"## All kinds pooled\n\n{render(leaderboard(merged), 'markdown')}")
    print(f"{system} less each other system, on identical mixtures:\n\n{pooled(merged, system)}\n")
    print(f"## What {system} adds to the noisy input\n\n{added(merged, system)}\n")
    # What stands under the table stands under the pooled one already.
    everybody, _, _ = render(leaderboard(merged, by=["noise"]), "markdown").partition("\n\n")
    print(f"## Every kind\n\n{everybody}")


def check_mixtures(runs: Sequence[Run]) -> None:
    """Stop where runs that name their mixtures alike have mixed something else."""
    first, *others = (
        run.scores[run.scores["system"] == REFERENCE].set_index(["mixture", "measure"])["value"]
        for run in runs
    )
    for run, other in zip(runs[1:], others, strict=True):
        if not np.allclose(*first.align(other, join="inner"), equal_nan=True):
            raise BadRun(f"{runs[0].path} and {run.path} score the noisy input differently: run both again")


def named_by_kind(merged: Results) -> Results:
    """Call each noise by its kind, which is all that tells them apart."""

    def kinds(rows: pd.DataFrame) -> pd.DataFrame:
        names = {noise: kinds_of(noise) for noise in rows["noise"].unique()}
        return rows.assign(noise=rows["noise"].map(names))

    return replace(merged, scores=kinds(merged.scores), timings=kinds(merged.timings))


def kinds_of(noise: str) -> str:
    kinds = parse_spec(noise).options.get("kinds")
    if kinds is None:
        raise BadRun(f"noise {noise} names no kinds: this wants runs of benchmarks/suites/kinds.toml")
    return ", ".join(kinds)


def pooled(merged: Results, system: str) -> str:
    """Return a line for each other system: differences, their intervals, p-values Holm-corrected over all."""
    others = [label for label in merged.systems if label != system]
    pairs = [(other, measure) for other in others for measure in merged.measures]
    gains = [differences(merged.scores, measure, system, other) for other, measure in pairs]
    draws = draws_for(len(pairs))
    p_values = holm([paired_test(gain["difference"], gain["cluster"], draws=draws) for gain in gains])
    cells = {
        (other, measure): f"{written(gain, measure)}, p = {p:.2g}"
        for (other, measure), gain, p in zip(pairs, gains, p_values, strict=True)
    }
    lines = [[other, *(cells[other, measure] for measure in merged.measures)] for other in others]
    return grid("over", merged.measures, lines)


def added(merged: Results, system: str) -> str:
    """Return a line for each kind; what is worse than the noisy input is in bold, and named again below."""
    lines, worse = [], []
    for kind, scores in merged.scores.groupby("noise"):
        line = [str(kind)]
        for measure in merged.measures:
            gain = differences(scores, measure, system, REFERENCE)
            cell = written(gain, measure)
            if (gain["difference"].mean() < 0) == measure.higher_is_better:
                worse.append(f"{kind} ({measure.name} {cell})")
                cell = f"**{cell}**"
            line.append(cell)
        lines.append(line)
    found = "; ".join(worse) or "no kind, in no measure"
    return f"{grid('kind', merged.measures, lines)}\n\nWorse than the noisy input: {found}."


def differences(scores: pd.DataFrame, measure: Measure, system: str, other: str) -> pd.DataFrame:
    """Return the difference and the cluster of each mixture that both systems scored."""
    rows = scores[scores["measure"] == measure.name]
    values = rows.pivot(index="mixture", columns="system", values="value")
    mixtures = rows.drop_duplicates("mixture").set_index("mixture")
    clusters = pd.Series(clusters_of(mixtures), index=mixtures.index)
    return pd.DataFrame({"difference": values[system] - values[other], "cluster": clusters}).dropna()


def written(gain: pd.DataFrame, measure: Measure) -> str:
    interval = clustered_bootstrap(gain["difference"], gain["cluster"])
    digits = decimals(measure)
    return f"{signed(interval.mean, digits)} {limits(interval, digits)}"


def grid(first: str, measures: Sequence[Measure], lines: Sequence[Sequence[str]]) -> str:
    headers = [first, *(heading(measure) for measure in measures)]
    table: str = tabulate(lines, headers, tablefmt="github", disable_numparse=True)
    return table


if __name__ == "__main__":
    in_one_line(partial(typer.run, main))
