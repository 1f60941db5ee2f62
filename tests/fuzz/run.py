"""Feed mutated inputs to what reads them: only a BenchboxError may come out, in bounded time and memory.

    python tests/fuzz/run.py options --count 100000 --seed 7
    python tests/fuzz/run.py --minutes 10            every kind in turn, as often as there is time
    python tests/fuzz/run.py audio --replay FILE     an input that was found

What is found is kept below tests/fuzz/found/KIND, which every run reads first, and the exit code is 1.
"""

import argparse
import faulthandler
import hashlib
import resource
import signal
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from random import Random
from time import monotonic
from types import FrameType

from inputs import KINDS, Kind

from benchbox.errors import BenchboxError, one_line

FOUND = Path(__file__).parent / "found"
SECONDS = 10
"""Of the processor, for one input: a machine that is busy with something else finds no hangs."""
MEMORY = 2 * 2**30
"""Bytes that all the inputs may take beside what their readers have taken before."""


class Hang(BaseException):
    """An input takes too long; no `except Exception` may swallow that."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=" ".join(KINDS))
    parser.add_argument("--count", type=int, default=1000, help="inputs of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, help="go on with other seeds for so long")
    parser.add_argument("--replay", type=Path, nargs="*", help="these files instead of new inputs")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    until = monotonic() + 60 * (chosen.minutes or 0)
    crashes = 0
    seed = chosen.seed
    with tempfile.TemporaryDirectory() as folder:
        kinds = {}
        for name in chosen.kinds or KINDS:
            (Path(folder) / name).mkdir()
            kinds[name] = KINDS[name](Path(folder) / name)
            for data in kinds[name].seeds:  # Before memory is bounded: what they use is loaded then.
                attempt(kinds[name], data)
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
        while True:
            for name, kind in kinds.items():
                if chosen.replay:
                    inputs: Iterable[bytes] = (file.read_bytes() for file in chosen.replay)
                else:
                    random = Random(f"{name} {seed}")
                    found = (file.read_bytes() for file in sorted((FOUND / name).glob("*")))
                    inputs = chain(found, (kind.make(random) for _ in range(chosen.count)))
                crashes += fuzz(name, kind, inputs, keep=not chosen.replay)
            seed += 1
            if chosen.replay or monotonic() >= until:
                return 1 if crashes else 0


def fuzz(name: str, kind: Kind, inputs: Iterable[bytes], *, keep: bool) -> int:
    """Try each input, keep the first of each crash, and return how many different ones there were."""
    crashes: Counter[str] = Counter()
    tried = refused = 0
    for data in inputs:
        tried += 1
        failure = attempt(kind, data)
        if failure == "":
            refused += 1
        elif failure:
            crashes[failure] += 1
            if crashes[failure] == 1:
                file = FOUND / name / hashlib.sha256(data).hexdigest()[:12]
                if keep:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(data)
                print(f"{name}: {failure}, {file}", flush=True)
    counts = f"{tried} inputs, {tried - refused - crashes.total()} used, {refused} refused"
    print(f"{name}: {counts}, {crashes.total()} crashes of {len(crashes)} kinds", flush=True)
    return len(crashes)


def attempt(kind: Kind, data: bytes) -> str | None:
    """Return None if the input was used, "" if it was refused as it should, else what came out and where."""
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    # A hang within a library's own code is not interrupted by a signal.
    faulthandler.dump_traceback_later(60 * SECONDS, exit=True)
    try:
        kind.read(data)
    except BenchboxError as error:
        line = one_line(str(error))
        return "" if line and len(line) < 3000 else f"an error without one line: {line[:100]}"
    except Hang:
        return f"more than {SECONDS} s of the processor"
    except (Exception, SystemExit) as error:
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if "benchbox" in frame.filename
        ]
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        return f"{type(error).__name__} at {where}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
    return None


def _stop(_: int, __: FrameType | None) -> None:
    raise Hang


if __name__ == "__main__":
    sys.exit(main())
