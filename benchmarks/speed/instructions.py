"""Compare the instructions of a few fixed workloads with the committed counts: `make speed-gate`.

python benchmarks/speed/instructions.py [--save]

Counted by Valgrind's callgrind, never timed: what else the machine does does not matter. It takes some two
minutes of one core. The counts hold for x86-64 and the versions in .ci/constraints.txt; where valgrind is
absent nothing is compared. Exits 1 where a workload takes 10 % more than was committed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

COMMITTED = Path(__file__).with_suffix(".json")
TOLERANCE = 0.10
SECONDS, SAMPLE_RATE = 10.0, 8000
IMPORTS = "imports"


def work() -> None:
    """Run each workload once; the call of getppid between two has callgrind write a count."""
    workloads = prepared()
    for workload in workloads.values():
        workload()  # what is made once, tables and imports inside of functions, counts as an import
    os.getppid()
    for workload in workloads.values():
        workload()
        os.getppid()


def prepared() -> Mapping[str, Callable[[], object]]:
    """Return the workloads: 10 s of speech-like sound at 8 kHz, in white noise."""
    import numpy as np

    from benchbox.evaluation.alignment import estimate_alignment
    from benchbox.interfaces import Denoiser, Metric
    from benchbox.mixing import mix
    from benchbox.records import Mixture
    from benchbox.registry.discovery import discover
    from benchbox.registry.options import build
    from benchbox.registry.specs import parse_spec
    from benchbox.synthetic import speech_like

    registry = discover()
    rng = np.random.default_rng(0)
    clean = speech_like(round(SECONDS * SAMPLE_RATE), rng, SAMPLE_RATE)
    noise = rng.standard_normal(len(clean)).astype(np.float32)
    noisy = (clean + 0.05 * noise).astype(np.float32)
    stoi, si_sdr = (build(Metric, parse_spec(name), registry) for name in ("stoi", "si_sdr"))
    references = {metric: metric.prepare(clean, SAMPLE_RATE) for metric in (stoi, si_sdr)}
    log_mmse = build(Denoiser, parse_spec("log_mmse"), registry)
    return {
        "mixing": lambda: mix(clean, noise, SAMPLE_RATE, 5.0),
        "log_mmse": lambda: log_mmse.denoise(noisy, SAMPLE_RATE),
        # A record of its own each time: the spectrum of the last one is kept.
        "alignment": lambda: estimate_alignment(Mixture(clean, noisy, SAMPLE_RATE, 5.0, 5.0), noisy),
        "stoi, clean side": lambda: stoi.prepare(clean, SAMPLE_RATE),
        "stoi and estoi": lambda: stoi.score(references[stoi], noisy),
        "si_sdr": lambda: si_sdr.score(references[si_sdr], noisy),
    }


def counted() -> dict[str, int]:
    """Return workload -> instructions, from one process below callgrind."""
    with TemporaryDirectory() as folder:
        out = Path(folder, "count")
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--dump-before=getppid"]
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        environment = {**os.environ, **threads, "PYTHONHASHSEED": "0"}
        command = [*tool, sys.executable, __file__, "--work"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        dumps = sorted(Path(folder).glob("count.*"), key=lambda dump: int(dump.suffix[1:]))
        totals = [total(dump.read_text()) for dump in dumps]
    # What comes after the last one is the end of the process.
    return dict(zip((IMPORTS, *prepared()), totals, strict=False))


def total(dump: str) -> int:
    """Return the count that a callgrind dump gives."""
    found = re.search(r"^(?:summary|totals): (\d+)", dump, re.MULTILINE)
    if found is None:
        raise SystemExit("valgrind wrote no count: is its version 3.15 or newer?")
    return int(found[1])


def compared(committed: Mapping[str, int], now: Mapping[str, int]) -> tuple[list[str], bool]:
    """Return a line for each workload, and whether none takes more than is tolerated."""
    lines, good = [], True
    for name in dict.fromkeys([*committed, *now]):
        if name not in committed or name not in now:
            lines.append(f"{name:18} {'not committed' if name in now else 'gone'}: --save")
            good = False
            continue
        change = now[name] / committed[name] - 1
        slower = change > TOLERANCE
        verdict = "SLOWER" if slower else "faster: --save" if change < -TOLERANCE else "same"
        lines.append(
            f"{name:18} {committed[name] / 1e6:9.1f} -> {now[name] / 1e6:9.1f} M {change:+7.1%}  {verdict}"
        )
        good = good and not slower
    return lines, good


def main(*arguments: str) -> int:
    if "--work" in arguments:
        work()
        return 0
    if shutil.which("valgrind") is None:
        print("speed gate skipped: valgrind is not installed (apt-get install valgrind)")
        return 0
    now = counted()
    if "--save" in arguments:
        COMMITTED.write_text(json.dumps(now, indent=2) + "\n")
    lines, good = compared(json.loads(COMMITTED.read_text()), now)
    print("\n".join(lines))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
