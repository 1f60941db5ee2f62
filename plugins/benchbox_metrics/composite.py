"""Predicted ratings of signal, background and overall quality."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field

from benchbox.audio import resample as resample_audio
from benchbox.errors import Unscorable
from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.distortions import (
    Frames,
    cut,
    log_likelihood_ratio,
    segmental_snr,
    weighted_spectral_slope,
)
from benchbox_metrics.pesq import PESQ, resampled, scoring_rate

_LOWEST, _HIGHEST = 1.0, 5.0


@dataclass(frozen=True)
class _Reference:
    pesq: Any
    frames: Frames
    recorded_at: int


class Composite(Metric):
    """Predict ratings of speech distortion, background and overall quality, and give the segmental SNR.

    CSIG, CBAK and COVL of Hu and Loizou (2008), 1 to 5, from PESQ, log-likelihood ratio, weighted spectral
    slope and segmental SNR. As in Loizou's program and the tables that followed it, PESQ enters as the raw
    P.862 score at 8 kHz and as P.862.2 MOS-LQO (pesq_wb) at 16 kHz. Other rates as for `pesq`.
    """

    def __init__(
        self,
        resample: Annotated[
            bool, Field(description="resample audio of other rates to the next below (covl_16k, covl_8k)")
        ] = False,
    ) -> None:
        self.resample = resample

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        if not PESQ(resample=self.resample).measures(sample_rate):
            return []
        rating = {"unit": "MOS", "bounds": (_LOWEST, _HIGHEST)}
        measures = [
            *(Measure(name, **rating) for name in ("csig", "cbak", "covl")),  # type: ignore[arg-type]
            Measure("seg_snr", unit="dB", bounds=(-10.0, 35.0)),
        ]
        return [replace(measure, name=resampled(measure.name, sample_rate)) for measure in measures]

    def prepare(self, clean: Samples, sample_rate: int) -> _Reference:
        rate = scoring_rate(sample_rate)
        frames = cut(resample_audio(clean, sample_rate, rate), rate)
        reference = _Reference(_pesq(rate).prepare(clean, sample_rate), frames, sample_rate)
        if not frames.samples.any():
            raise Unscorable("reference is silent but for its end")
        return reference

    def score(self, reference: _Reference, estimate: Samples) -> Mapping[str, float]:
        clean, rate = reference.frames, reference.frames.sample_rate
        (quality,) = _pesq(rate).score(reference.pesq, estimate).values()
        pesq = quality if rate == 16000 else _raw(quality)
        other = cut(resample_audio(estimate, reference.recorded_at, rate), rate)
        llr = log_likelihood_ratio(clean, other)
        wss = weighted_spectral_slope(clean, other)
        seg_snr = segmental_snr(clean, other)
        values = {
            "csig": _limited(3.093 - 1.029 * llr + 0.603 * pesq - 0.009 * wss),
            "cbak": _limited(1.634 + 0.478 * pesq - 0.007 * wss + 0.063 * seg_snr),
            "covl": _limited(1.594 + 0.805 * pesq - 0.512 * llr - 0.007 * wss),
            "seg_snr": seg_snr,
        }
        return {resampled(name, reference.recorded_at): value for name, value in values.items()}

    @property
    def identity(self) -> Mapping[str, str]:
        pesq = PESQ().identity
        return {**pesq, "library": f"benchbox, {pesq['library']}", "mode": "raw nb at 8 kHz, wb at 16 kHz"}


def _pesq(rate: int) -> PESQ:
    return PESQ("wb" if rate == 16000 else "nb", resample=True)


def _raw(mos_lqo: float) -> float:
    """Undo the mapping of P.862.1, from MOS-LQO to the score of P.862."""
    return (4.6607 - math.log(4 / (mos_lqo - 0.999) - 1)) / 1.4945


def _limited(rating: float) -> float:
    return min(max(rating, _LOWEST), _HIGHEST)
