"""Perceptual evaluation of speech quality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Annotated, Literal

from pydantic import Field

from benchbox.audio import resample as resample_audio
from benchbox.errors import Unscorable
from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.checks import check
from benchbox_metrics.utterances import count_utterances

_NB = Measure("pesq_nb", unit="MOS-LQO", bounds=(0.999, 4.549))
_WB = Measure("pesq_wb", unit="MOS-LQO", bounds=(0.999, 4.644))

_RATES = (8000, 16000)
_SHORTEST_SECONDS = 0.25
_MOST_UTTERANCES = 44
"""P.862's program has room for 50 utterances and never looks: beyond, it overwrites its own memory."""


@dataclass(frozen=True)
class _Reference:
    clean: Samples
    recorded_at: int
    sample_rate: int


class PESQ(Metric):
    """Predict listening quality (MOS-LQO) by PESQ, narrow-band (P.862.1) and wide-band (P.862.2).

    A clip against itself has 4.5486 (nb) and 4.6439 (wb). Defined at 8 kHz (nb) and at 16 kHz (both). Audio
    of another rate is resampled on request alone: what resampled it changes PESQ.
    """

    def __init__(
        self,
        mode: Annotated[
            Literal["auto", "nb", "wb"],
            Field(description="narrow-band, wide-band, or all that the rate allows"),
        ] = "auto",
        resample: Annotated[
            bool,
            Field(description="resample audio of other rates to the next below (pesq_wb_16k, pesq_nb_8k)"),
        ] = False,
    ) -> None:
        self.mode, self.resample = mode, resample

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        if sample_rate < 8000 or (sample_rate not in _RATES and not self.resample):
            return []
        measures = []
        if self.mode != "wb":
            measures.append(_NB)
        if sample_rate >= 16000 and self.mode != "nb":
            measures.append(_WB)
        return [replace(measure, name=resampled(measure.name, sample_rate)) for measure in measures]

    def prepare(self, clean: Samples, sample_rate: int) -> _Reference:
        check(clean, "reference")
        if len(clean) < _SHORTEST_SECONDS * sample_rate:
            raise Unscorable(f"{len(clean) / sample_rate:.2f} s is too short for PESQ, which needs 0.25 s")
        utterances = count_utterances(clean, sample_rate)
        if utterances > _MOST_UTTERANCES:
            raise Unscorable(
                f"reference has about {utterances} utterances and PESQ crashes beyond 50: cut the clip"
            )
        rate = scoring_rate(sample_rate)
        return _Reference(resample_audio(clean, sample_rate, rate), sample_rate, rate)

    def score(self, reference: _Reference, estimate: Samples) -> Mapping[str, float]:
        from pesq import PesqError, pesq

        check(estimate, "estimate")
        rate = reference.sample_rate
        estimate = resample_audio(estimate, reference.recorded_at, rate)
        try:
            return {
                measure.name: float(pesq(rate, reference.clean, estimate, measure.name.split("_")[1]))
                for measure in self.measures(reference.recorded_at)
            }
        except PesqError as error:
            raise Unscorable(f"PESQ: {error.args[0].decode()}") from None

    @property
    def identity(self) -> Mapping[str, str]:
        return {
            "library": f"pesq {version('pesq')}",
            "mode": "pesq_nb: P.862.1, pesq_wb: P.862.2",
            # The words of when it was always so: scores at 8 and 16 kHz compare with those from before.
            "resampler": f"soxr {version('soxr')} HQ where the rate is neither 8 nor 16 kHz",
            "version": "1",
        }


def scoring_rate(sample_rate: int) -> int:
    """Return the rate at which audio of this rate is scored, in Hz."""
    return 16000 if sample_rate >= 16000 else 8000


def resampled(name: str, sample_rate: int) -> str:
    """Return what a measure is called where audio of this rate is resampled: pesq_wb_16k."""
    return name if sample_rate in _RATES else f"{name}_{scoring_rate(sample_rate) // 1000}k"
