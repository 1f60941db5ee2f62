"""What a system costs, by one harness for all: one CPU thread, a process of its own, the same clip."""

import json
import os
import pickle
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter

import numpy as np

from benchbox.costs.macs import count_macs
from benchbox.errors import BadPlugin
from benchbox.evaluation.alignment import estimate_alignment
from benchbox.evaluation.estimate import denoise, nearest_rate
from benchbox.interfaces import Denoiser, TrainableDenoiser
from benchbox.mixing import mix, stream
from benchbox.records import Cost, Mixture, System
from benchbox.registry.discovery import discover
from benchbox.synthetic import speech_like
from benchbox.systems.system import load_denoiser, one_thread

SECONDS = 5.0
"""Length of the clip."""
CALLS = 20
CHANGED = 1e-5
"""Change of the output, relative to its RMS, that counts as one; rounding is ten times smaller."""
CUTS_SECONDS = (2.0, 2.0031, 2.0067, 2.0113, 3.5)
"""When the input is exchanged: at several places within a hop, and far from there."""
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


def measure_cost(system: System, systems: Path, sample_rate: int) -> Cost:
    """Measure a system in a process of its own; `systems` is where trained ones lie.

    Takes the time of denoising some 30 clips of 5 s. Runs on the CPU whatever else there is: a GPU would
    make a different comparison. Let nothing else run meanwhile.

    Raises:
        BadPlugin: the system cannot be loaded or run.
    """
    environment = {
        **os.environ,
        **_ONE_THREAD,
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    with tempfile.TemporaryDirectory(prefix="benchbox-") as folder:
        answer = Path(folder, "cost.json")
        finished = subprocess.run(
            [sys.executable, "-m", "benchbox.costs.cost", answer],
            input=pickle.dumps((system, systems.absolute(), sample_rate)),
            env=environment,
            capture_output=True,
            check=False,
        )
        if answer.is_file():
            return Cost(**json.loads(answer.read_text()))
    lines = finished.stderr.decode(errors="replace").strip().splitlines()
    reason = lines[-1] if lines else f"its process ended with {finished.returncode}"
    raise BadPlugin(f"the cost of {system.label} cannot be measured: {reason}")


def cost_of(denoiser: Denoiser, sample_rate: int) -> Cost:
    """Measure all but the memory in this process, at the rate that scoring takes for `sample_rate`."""
    clip = _clip(nearest_rate(denoiser, sample_rate))
    with one_thread():
        denoise(denoiser, clip)
        factors = [_seconds_to_denoise(denoiser, clip) / SECONDS for _ in range(CALLS)]
        macs = count_macs(lambda: denoise(denoiser, clip))
        delay_ms = _algorithmic_delay_ms(denoiser, clip)
    return Cost(
        parameters=denoiser.parameters,
        macs_per_second_network=macs.network / SECONDS if macs else None,
        macs_per_second_total=(macs.network + macs.transforms) / SECONDS if macs else None,
        macs_coverage=macs.coverage if macs else None,
        real_time_factor_p50=float(np.quantile(factors, 0.5)),
        real_time_factor_p95=float(np.quantile(factors, 0.95)),
        algorithmic_delay_ms=delay_ms,
        checkpoint_bytes=_checkpoint_bytes(denoiser),
    )


def _clip(sample_rate: int) -> Mixture:
    rng = stream(0, "cost")
    length = round(SECONDS * sample_rate)
    clean = speech_like(length, rng, sample_rate)
    return mix(clean, rng.standard_normal(length).astype(np.float32), sample_rate, 5.0)


def _seconds_to_denoise(denoiser: Denoiser, clip: Mixture) -> float:
    started = perf_counter()
    denoise(denoiser, clip)
    return perf_counter() - started


def _algorithmic_delay_ms(denoiser: Denoiser, clip: Mixture) -> float | None:
    """Exchange the input from some time on and see how long before that the output changes."""
    estimate = denoise(denoiser, clip)
    threshold = CHANGED * float(np.sqrt(np.mean(np.square(estimate))))
    # Louder, so that a level taken over the whole utterance gives itself away.
    noise = stream(0, "another future").standard_normal(clip.noisy.size).astype(np.float32)
    future = 4 * np.std(clip.noisy) * noise
    cuts = [round(seconds * clip.sample_rate) for seconds in CUTS_SECONDS]
    ahead = []
    for cut in cuts:
        exchanged = np.concatenate([clip.noisy[:cut], future[cut:]])
        changed = np.abs(denoise(denoiser, replace(clip, noisy=exchanged)) - estimate) > threshold
        ahead.append(cut - int(np.argmax(changed[:cut])) if changed[:cut].any() else 0)
    if ahead[-1] - ahead[0] > (cuts[-1] - cuts[0]) / 2:
        return None  # However late the exchange, the beginning already knows of it.
    # A system whose output is late as a whole made its caller wait already.
    late = estimate_alignment(clip, estimate).delay_samples or 0.0
    return 1000 * (max(ahead) + max(0.0, late)) / clip.sample_rate


def _checkpoint_bytes(denoiser: Denoiser) -> int | None:
    if not isinstance(denoiser, TrainableDenoiser):
        return None
    with tempfile.TemporaryDirectory(prefix="benchbox-") as folder:
        denoiser.save(Path(folder))
        return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())


def _peak_memory_mb() -> float | None:
    """Return the highest resident memory of this process so far; None where the machine does not tell."""
    try:
        # Not getrusage where it can be helped: on Linux a process inherits its parent's peak there.
        status = Path("/proc/self/status").read_text()
        [peak] = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")]
        return peak / 2**10
    except (OSError, ValueError):
        pass
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _answer(path: Path) -> None:
    """Measure the system on stdin, in a process that has done nothing before."""
    system, systems, sample_rate = pickle.load(sys.stdin.buffer)
    _clip(sample_rate)  # What the harness itself imports is nobody's cost.
    before = _peak_memory_mb()
    denoiser = load_denoiser(system, systems, discover())
    with one_thread():
        denoise(denoiser, _clip(nearest_rate(denoiser, sample_rate)))
    after = _peak_memory_mb()
    grown = None if before is None or after is None else after - before
    cost = replace(cost_of(denoiser, sample_rate), peak_memory_mb=grown)
    path.write_text(json.dumps(asdict(cost), allow_nan=False))


if __name__ == "__main__":
    _answer(Path(sys.argv[1]))
