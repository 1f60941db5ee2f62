"""Score what a suite would score by plain calls of `pesq`, `pystoi` and numpy, as a script of a person would.

python benchmarks/speed/plain_loop.py 'noises=white,pink' snrs=0,10 ...

The mixtures and estimates are those of `benchbox run`, made by the same code; what comes after is the loop.
"""

import sys
from pathlib import Path
from time import process_time

import numpy as np
from pesq import pesq
from pystoi import stoi

from benchbox.evaluation.worker import Worker
from benchbox.plan.jobs import make_plan
from benchbox.plan.suite import Suite
from benchbox.records import Samples
from benchbox.registry.discovery import discover


def scores(clean: Samples, estimate: Samples, sample_rate: int) -> list[float]:
    """Return narrow-band PESQ, STOI, ESTOI, NSR and SI-SDR."""
    exact, error = clean.astype(np.float64), estimate - clean.astype(np.float64)
    centred, target = estimate - estimate.mean(dtype=np.float64), exact - exact.mean()
    target *= centred @ target / (target @ target)
    return [
        pesq(sample_rate, clean, estimate, "nb"),
        stoi(clean, estimate, sample_rate),
        stoi(clean, estimate, sample_rate, extended=True),
        float(np.mean(error**2) / np.mean(exact**2)),
        float(10 * np.log10((target @ target) / np.sum((target - centred) ** 2))),
    ]


def main(*settings: str) -> None:
    registry = discover()
    plan = make_plan(Suite(**dict(setting.split("=", 1) for setting in settings)), registry)
    worker = Worker(Path(), registry)
    count, started, scoring = 0, 0.0, 0.0
    for job in plan.jobs:
        for entry in job.entries:
            mixture = worker.mixture(job, entry)
            estimate = worker.estimate(job.system, mixture, entry)
            started = process_time()
            scores(mixture.clean, estimate, mixture.sample_rate)
            scoring += process_time() - started
            count += 1
    print(f"{count} estimates, {process_time():.1f} CPU s, {scoring:.1f} of them for the scores")


if __name__ == "__main__":
    main(*sys.argv[1:])
