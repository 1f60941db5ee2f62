"""Short-time objective intelligibility."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from benchbox.errors import Unscorable
from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.checks import check
from benchbox_metrics.intelligibility import Clean, compare, prepare

_SHORTEST_SECONDS = 0.4
"""STOI looks at 384 ms of speech at a time."""


@dataclass(frozen=True)
class _Reference:
    samples: Samples
    sample_rate: int
    clean: Clean | None
    """For the engine of our own."""


class STOI(Metric):
    """Predict intelligibility by STOI (Taal et al. 2011) and ESTOI (Jensen and Taal 2016)."""

    def __init__(
        self,
        extended: Annotated[bool, Field(description="also give ESTOI")] = True,
        engine: Annotated[
            Literal["own", "library"],
            Field(description="own: the values of pystoi within 1e-6, eight times as fast; library: pystoi"),
        ] = "own",
    ) -> None:
        self.extended, self.engine = extended, engine

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        measures = [Measure("stoi", bounds=(-1.0, 1.0))]
        return [*measures, Measure("estoi", bounds=(-1.0, 1.0))] if self.extended else measures

    def prepare(self, clean: Samples, sample_rate: int) -> _Reference:
        check(clean, "reference")
        if len(clean) < _SHORTEST_SECONDS * sample_rate:
            raise Unscorable(
                f"{len(clean) / sample_rate:.2f} s is too short for STOI, which needs 0.4 s of speech"
            )
        prepared = prepare(clean, sample_rate) if self.engine == "own" else None
        return _Reference(clean, sample_rate, prepared)

    def score(self, reference: _Reference, estimate: Samples) -> Mapping[str, float]:
        check(estimate, "estimate")
        if reference.clean is None:
            scores = {"stoi": _library(reference, estimate, extended=False)}
            estoi = None
        else:
            stoi, estoi = compare(reference.clean, estimate, extended=self.extended)
            scores = {"stoi": stoi}
        if self.extended:
            scores["estoi"] = _library(reference, estimate, extended=True) if estoi is None else estoi
        return scores

    @property
    def identity(self) -> Mapping[str, str]:
        pystoi = f"pystoi {version('pystoi')}"
        if self.engine == "library":
            return {"library": pystoi, "version": "1", "resampler": "pystoi to 10 kHz"}
        return {
            "library": f"benchbox, as {pystoi} within 1e-6",
            "version": "2",
            "resampler": "as pystoi to 10 kHz",
        }


def _library(reference: _Reference, estimate: Samples, *, extended: bool) -> float:
    from pystoi import stoi

    with _warnings_as_reasons(), _fixed_numpy_seed():
        return float(stoi(reference.samples, estimate, reference.sample_rate, extended=extended))


@contextmanager
def _warnings_as_reasons() -> Iterator[None]:
    """pystoi warns, and returns 1e-5, where too little speech is left after removing silent frames."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            yield
    except RuntimeWarning as warning:
        raise Unscorable(f"STOI: {str(warning).partition('. ')[0]}") from None


@contextmanager
def _fixed_numpy_seed() -> Iterator[None]:
    """Make ESTOI repeatable: pystoi adds noise from numpy's global generator, and takes no other."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
