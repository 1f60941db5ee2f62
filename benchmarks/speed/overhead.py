"""Run a suite in this fresh process, and print what of its CPU seconds was benchbox itself, as JSON.

python benchmarks/speed/overhead.py FOLDER 'noises=white,pink' snrs=0,10 ...

CPU seconds, from the interpreter's start to the table: what else the machine does at the time does not
count. Denoising and the metrics' `prepare` and `score` are work; all the rest is benchbox's own.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

work = 0.0


def timed(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        global work
        started = process_time()
        try:
            return function(*arguments)
        finally:
            work += process_time() - started

    return call


def main(folder: str, *settings: str) -> None:
    started = process_time()
    # By far the slowest import. STOI's library, PESQ's checks and the spectral denoisers need it, and the
    # mixing, which comes first.
    import scipy.signal  # noqa: F401

    seconds_scipy = process_time() - started

    import benchbox
    from benchbox.evaluation import worker
    from benchbox.interfaces import Metric
    from benchbox.registry.discovery import discover
    from benchbox.registry.options import build

    suite = benchbox.Suite(**dict(setting.split("=", 1) for setting in settings))
    registry = discover()
    worker.denoise = timed(worker.denoise)  # type: ignore[attr-defined]
    for kind in {type(build(Metric, spec, registry)) for spec in suite.metrics}:
        kind.prepare, kind.score = timed(kind.prepare), timed(kind.score)  # type: ignore[method-assign]
    run = benchbox.run(suite, Path(folder), examples=0, in_process=True, registry=registry)
    seconds = process_time()
    facts = {
        "estimates": len(run.timings),
        "seconds": round(seconds, 2),
        "own": round(seconds - work, 2),
        "of that scipy.signal": round(seconds_scipy, 2),
        "share": f"{1 - work / seconds:.1%}",
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main(*sys.argv[1:])
