"""Say whether two runs of one suite hold the same scores: python benchmarks/same_scores.py BEFORE AFTER

All rows are compared in order, values to the last bit, and shards byte by byte: where the source of a plugin
changed, its jobs have other keys, and so their shards other names. Exits 1 where a row differs.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd
import typer

from benchbox.cli import in_one_line
from benchbox.runs.folder import Run

ROW = ["system", "noise", "snr_db", "utterance", "measure"]


def main(before: Path, after: Path) -> None:
    old, new = Run.open(before), Run.open(after)
    if found := [*differences(old.scores, new.scores)]:
        print(*found, sep="\n")
        raise typer.Exit(1)
    shards, theirs = shards_of(old), shards_of(new)
    same = sum(content == theirs.get(name) for name, content in shards.items())
    print(f"the same {len(old.scores)} scores; {same} of {len(shards)} shards are the same bytes")


def differences(old: pd.DataFrame, new: pd.DataFrame) -> Iterator[str]:
    """Give a line for each column in which two tables of scores differ, with the first row that does."""
    if len(old) != len(new):
        yield f"{len(old)} scores before, {len(new)} after"
        return
    for column in new.columns:
        # An earlier version of benchbox had no such column.
        if old[column].isna().all():
            continue
        differ = ~((old[column] == new[column]) | (old[column].isna() & new[column].isna()))
        if differ.any():
            first = int(differ.to_numpy().argmax())
            was, became = old[column].iloc[first], new[column].iloc[first]
            where = ", ".join(str(value) for value in old[ROW].iloc[first])
            yield f"{column}: {differ.sum()} of {len(old)} differ; {where}: {was} before, {became} after"


def shards_of(run: Run) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (run.path / "scores").glob("*.parquet")}


if __name__ == "__main__":
    in_one_line(partial(typer.run, main))
