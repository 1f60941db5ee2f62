"""Short-time objective intelligibility."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Annotated

import numpy as np
from pydantic import Field

from benchbox.errors import Unscorable
from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.checks import check

_SHORTEST_SECONDS = 0.4
"""STOI looks at 384 ms of speech at a time."""


class STOI(Metric):
    """Predict intelligibility by STOI (Taal et al. 2011) and ESTOI (Jensen and Taal 2016)."""

    def __init__(
        self,
        extended: Annotated[
            bool, Field(description="also give ESTOI, which takes twice the time of STOI")
        ] = True,
    ) -> None:
        self.extended = extended

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        measures = [Measure("stoi", bounds=(-1.0, 1.0))]
        return [*measures, Measure("estoi", bounds=(-1.0, 1.0))] if self.extended else measures

    def prepare(self, clean: Samples, sample_rate: int) -> tuple[Samples, int]:
        check(clean, "reference")
        if len(clean) < _SHORTEST_SECONDS * sample_rate:
            raise Unscorable(
                f"{len(clean) / sample_rate:.2f} s is too short for STOI, which needs 0.4 s of speech"
            )
        return clean, sample_rate

    def score(self, reference: tuple[Samples, int], estimate: Samples) -> Mapping[str, float]:
        from pystoi import stoi

        check(estimate, "estimate")
        clean, sample_rate = reference
        scores = {}
        for measure in self.measures(sample_rate):
            with _warnings_as_reasons(), _fixed_numpy_seed():
                scores[measure.name] = float(
                    stoi(clean, estimate, sample_rate, extended=measure.name == "estoi")
                )
        return scores

    @property
    def identity(self) -> Mapping[str, str]:
        return {"library": f"pystoi {version('pystoi')}", "version": "1", "resampler": "pystoi to 10 kHz"}


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
