"""Compare known denoisers with vqunet at 8 and 16 kHz: python benchmarks/peers.py RUNS > tables.md

Runs suites/peers.toml and suites/peers16k.toml into folders below RUNS (what is there already is not computed
again) and prints markdown: all conditions pooled, with costs and ranks, then each noise and SNR.
"""

import sys
from functools import partial
from pathlib import Path

import typer

import benchbox
from benchbox.cli import in_one_line
from benchbox.leaderboard import leaderboard
from benchbox.render import render

SUITES = Path(__file__).parent / "suites"
RATES = {"8 kHz": "peers", "16 kHz": "peers16k"}


def main(runs: Path, jobs: int = 1) -> None:
    for rate, name in RATES.items():
        suite = benchbox.Suite.from_toml(SUITES / f"{name}.toml")
        run = benchbox.run(
            suite, runs / name, jobs=jobs, examples=0, announce=lambda line: print(line, file=sys.stderr)
        )
        print(f"## {rate}\n\n{render(leaderboard(run.results), 'markdown')}")
        # What stands under the table stands under the pooled one already.
        everybody, _, _ = render(leaderboard(run.results, by=["noise", "snr"]), "markdown").partition("\n\n")
        print(f"### Each noise and SNR at {rate}\n\n{everybody}\n")


if __name__ == "__main__":
    in_one_line(partial(typer.run, main))
