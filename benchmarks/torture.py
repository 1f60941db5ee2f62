"""Kill runs at random moments, start them again until they end, and compare their scores byte by byte.

    python benchmarks/torture.py --minutes 60 --seed 1 runs/torture

Each round is a suite (scoring alone, or training first) on a backend in a new folder. It is killed by SIGKILL
at moments drawn from the time that the undisturbed run took, then let go on to the end. It says how
many kills there were of each kind, and exits with 1 at the first difference.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep

import psutil

SMALL = ("--noises", "white", "--snrs", "0,10", "--limit", "6", "--metrics", "si_sdr,nsr", "--examples", "1")
SUITES = {
    "scoring": ("--denoisers", "wiener,log_mmse", *SMALL),
    "training": ("--denoisers", "unet(steps=8)", *SMALL),
}
BACKENDS = ("local", "dask")
KILLS = 4
"""A round."""


class Torture:
    """Runs suites below a folder, disturbed and undisturbed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.rng = folder, random.Random(seed)
        self.kills: Counter[tuple[str, str]] = Counter()
        self._seconds: dict[tuple[str, str], float] = {}

    def round(self, suite: str, backend: str, kills: int = KILLS) -> None:
        """Kill a run several times; raise AssertionError where it then differs from an undisturbed one."""
        most = self._undisturbed(suite, backend)
        run = self.folder / f"{suite}-{backend}-killed"
        shutil.rmtree(run, ignore_errors=True)
        for _ in range(kills):
            process = self._start(run, suite, backend)
            try:
                process.wait(self.rng.uniform(0.0, most))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                self.kills[suite, backend] += 1
            process.wait()
            _check_gone(run)
        process = self._start(run, suite, backend)
        assert process.wait() == 0, f"{run}: exit code {process.returncode}"
        expected, found = shards(self.folder / f"{suite}-local"), shards(run)
        assert expected, f"{suite}: no scores"
        assert found == expected, f"{run}: other scores than {suite}-local"

    def _undisturbed(self, suite: str, backend: str) -> float:
        """Return how long a suite takes that nobody disturbs, in seconds."""
        if (suite, backend) not in self._seconds:
            for place in dict.fromkeys(("local", backend)):
                run = self.folder / f"{suite}-{place}"
                shutil.rmtree(run, ignore_errors=True)
                started = monotonic()
                assert self._start(run, suite, place).wait() == 0, f"{run}: the undisturbed run failed"
                self._seconds[suite, place] = monotonic() - started
        return self._seconds[suite, backend]

    def _start(self, run: Path, suite: str, backend: str) -> "subprocess.Popen[bytes]":
        command = (sys.executable, "-m", "benchbox", "run", *SUITES[suite], "--jobs", "2")
        return subprocess.Popen(
            [*command, "--backend", backend, "--output", str(run)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1", "BENCHBOX_CACHE": ""},
        )


def shards(run: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (run / "scores").glob("[!.]*")}


def _check_gone(run: Path) -> None:
    """Wait until no process of a killed run is left."""
    for _ in range(100):
        left = [each for each in psutil.process_iter(["cmdline"]) if str(run) in _command(each)]
        if not left:
            return
        sleep(0.1)
    raise AssertionError(f"{run}: {len(left)} processes live on after 10 s")


def _command(process: psutil.Process) -> str:
    return " ".join(process.info["cmdline"] or ())


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--backends", default=",".join(BACKENDS))
    given = parser.parse_args(arguments)
    torture = Torture(given.folder.absolute(), given.seed)
    end = monotonic() + 60 * given.minutes
    try:
        while monotonic() < end:
            for suite in SUITES:
                for backend in given.backends.split(","):
                    torture.round(suite, backend)
                    told = ", ".join(f"{kind} {place}: {n}" for (kind, place), n in torture.kills.items())
                    print(f"kills survived: {told}", flush=True)
                    if monotonic() > end:
                        return
    except AssertionError as problem:
        print(f"DIFFERS (seed {given.seed}): {problem}")
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
