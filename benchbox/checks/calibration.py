"""Known rows, scored again with the metrics installed here, before any of their scores is believed.

A clip against itself has a score that everybody knows. A voice made in code, in noise at a known SNR, has
scores that are committed beside this file; `python -m benchbox.checks.calibration > FILE`
writes them anew, after a change to a metric that is meant to change scores.
"""

import hashlib
import json
import math
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from benchbox.interfaces import Metric
from benchbox.mixing import mix, stream
from benchbox.records import Measure, Samples, Spec
from benchbox.registry.discovery import Registry, discover
from benchbox.registry.options import build
from benchbox.synthetic import speech_like

SECONDS = 2.0
SAMPLE_RATES = (8000, 16000)
ESTIMATES: Mapping[str, float] = {"itself": math.inf, "5 dB": 5.0, "25 dB": 25.0}
"""What the clean clip is compared with: itself, and in noise at an SNR over the whole file."""


@dataclass(frozen=True)
class Known:
    """What a measure of this name must give, whoever wrote it."""

    itself: tuple[float, float]
    """Lowest and highest score of a clip against itself."""
    tolerance: float
    """Of the committed scores: what another compiler or processor may change."""


KNOWN: Mapping[str, Known] = {
    "pesq_nb": Known((4.5481, 4.5491), 0.01),
    "pesq_wb": Known((4.6434, 4.6444), 0.01),
    "stoi": Known((0.9999, 1.0001), 0.001),
    "estoi": Known((0.9999, 1.0001), 0.005),
    "nsr": Known((0.0, 1e-9), 1e-6),
    "snr": Known((60.0, math.inf), 0.01),
    "si_sdr": Known((60.0, math.inf), 0.01),
    "lsd": Known((0.0, 1e-9), 0.01),
    "csig": Known((4.999, 5.001), 0.02),
    "cbak": Known((4.999, 5.001), 0.02),
    "covl": Known((4.999, 5.001), 0.02),
    "seg_snr": Known((34.999, 35.001), 0.01),
}
"""Measures of other names must be finite, within their bounds, and prefer the clip itself to one at 5 dB."""


@dataclass(frozen=True)
class Row:
    """One measure at one sample rate."""

    metric: Spec
    measure: str
    sample_rate: int
    scores: Mapping[str, float]
    """Of each of `ESTIMATES`."""
    problem: str | None = None


@dataclass(frozen=True)
class Problem:
    """A metric that cannot be believed, and why."""

    metric: Spec
    reason: str

    def __str__(self) -> str:
        return f"{self.metric}: {self.reason}"


def calibrate(metrics: Sequence[Spec], registry: Registry) -> list[Problem]:
    """Return what is wrong with the metrics; once they pass, that is remembered for this environment.

    The first time takes 0.7 s for all of ours together, most of it for PESQ.
    """
    problems = []
    for metric in metrics:
        passed = _passed(metric, registry)
        if _remembered(passed):
            continue
        wrong = [Problem(metric, row.problem) for row in rows(metric, registry) if row.problem]
        problems += wrong
        if not wrong:
            _remember(passed)
    return problems


def rows(metric: Spec, registry: Registry) -> list[Row]:
    """Score the known clips with one metric; whatever it raises becomes a row with a problem."""
    try:
        scorer = build(Metric, metric, registry)
        return [row for sample_rate in SAMPLE_RATES for row in _rows(metric, scorer, sample_rate)]
    # A plugin may raise anything; it is this metric's problem alone.
    except Exception as error:
        lines = str(error).splitlines() or [""]
        return [Row(metric, metric.name, 0, {}, f"{type(error).__name__}: {lines[0]}")]


def _rows(metric: Spec, scorer: Metric, sample_rate: int) -> Iterator[Row]:
    measures = scorer.measures(sample_rate)
    if not measures or scorer.reads_transcript:  # a voice made in code says no words
        return
    clean, estimates = _clips(sample_rate)
    reference = scorer.prepare(clean.copy(), sample_rate)
    scores = {name: scorer.score(reference, estimate.copy()) for name, estimate in estimates.items()}
    for measure in measures:
        values = {name: float(given[measure.name]) for name, given in scores.items() if measure.name in given}
        committed = _committed(metric, measure.name, sample_rate)
        problem = _problem(measure, values, committed, prefers_itself=scorer.needs_reference)
        where = f"{measure.name} at {sample_rate} Hz"
        yield Row(metric, measure.name, sample_rate, values, problem and f"{where} {problem}")


@cache
def _clips(sample_rate: int) -> tuple[Samples, Mapping[str, Samples]]:
    """Return the clean clip, and the estimates to score against it by name."""
    rng = stream(0, "calibration", sample_rate)
    length = round(SECONDS * sample_rate)
    # A room is never silent, and segmental measures are odd about digital silence.
    room = 1e-4 * rng.standard_normal(length)
    clean = (speech_like(length, rng, sample_rate) + room).astype(np.float32)
    noise = rng.standard_normal(length).astype(np.float32)
    return clean, {
        name: clean if math.isinf(snr_db) else mix(clean, noise, sample_rate, snr_db, "rms").noisy
        for name, snr_db in ESTIMATES.items()
    }


def _problem(
    measure: Measure, scores: Mapping[str, float], committed: Mapping[str, float], *, prefers_itself: bool
) -> str | None:
    low, high = measure.bounds
    for name in ESTIMATES:
        if name not in scores:
            return "is declared and not given"
        value = scores[name]
        # A bound may be missed by rounding.
        below = low is not None and value < low - 1e-6
        above = high is not None and value > high + 1e-6
        if below or above or not math.isfinite(value):
            return f"of the test clip ({name}) is {value:g}, not within {low} to {high}"
    known = KNOWN.get(measure.name)
    if known is None and not prefers_itself:
        return None  # A model that has only heard people may think anything of a voice made in code.
    if known is None:
        better = scores["itself"] - scores["5 dB"]
        prefers = better > 0 if measure.higher_is_better else better < 0
        return None if prefers else f"does not prefer a clip itself ({scores['itself']:g}) to it at 5 dB"
    least, most = known.itself
    if not least <= scores["itself"] <= most:
        return (
            f"of a clip against itself is {scores['itself']:.5g}, which should be {least:.5g} to {most:.5g}"
        )
    for name, value in committed.items():
        if abs(scores[name] - value) > known.tolerance:
            expected = f"{value:.5g} ± {known.tolerance:g}"
            return f"of the test clip ({name}) is {scores[name]:.5g}, which should be {expected}"
    return None


def _committed(metric: Spec, measure: str, sample_rate: int) -> Mapping[str, float]:
    """Return what the test clips score; nothing where options may have changed the measure."""
    if metric.options or measure not in KNOWN:
        return {}
    text = (files("benchbox.checks") / "calibration.json").read_text()
    scores = json.loads(text).get(measure, {}).get(str(sample_rate), {})
    return {name: scores[name] for name in ESTIMATES if name in scores}


def _passed(metric: Spec, registry: Registry) -> Path | None:
    """Return the file that says this metric passed with these versions on this machine, there or not."""
    try:
        scorer = build(Metric, metric, registry)
        identity = [registry.find("metrics", metric.name).identity, str(metric), dict(scorer.identity)]
    except Exception:
        return None
    environment = [platform.platform(), platform.python_version(), *map(version, ("numpy", "scipy", "soxr"))]
    known = hashlib.sha256((files("benchbox.checks") / "calibration.json").read_bytes()).hexdigest()
    text = json.dumps([identity, environment, known, repr(KNOWN)], default=str)
    return cache_folder() / "calibrated" / hashlib.sha256(text.encode()).hexdigest()[:16]


def cache_folder() -> Path:
    """Return the platform's folder of what can be computed again; on Linux ~/.cache/benchbox."""
    return user_cache_path("benchbox", appauthor=False)


def _remembered(passed: Path | None) -> bool:
    try:
        return passed is not None and passed.is_file()
    except OSError:
        return False


def _remember(passed: Path | None) -> None:
    # Where nothing can be kept, the next run checks again.
    with suppress(OSError):
        if passed is not None:
            passed.parent.mkdir(parents=True, exist_ok=True)
            passed.touch()


def committed_scores(metrics: Sequence[Spec], registry: Registry) -> dict[str, Any]:
    """Return what `calibration.json` should hold for these metrics."""
    scores: dict[str, Any] = {}
    for row in (row for metric in metrics for row in rows(metric, registry) if row.measure in KNOWN):
        rounded = {name: round(value, 6) for name, value in row.scores.items() if name != "itself"}
        scores.setdefault(row.measure, {})[str(row.sample_rate)] = rounded
    return dict(sorted(scores.items()))


if __name__ == "__main__":
    installed = discover()
    everything = [Spec(name) for name in installed.plugins["metrics"]]
    print(json.dumps(committed_scores(everything, installed), indent=2))
