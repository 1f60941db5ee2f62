"""PLCMOS, the predicted quality of speech that lost packets."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from benchbox.audio import resample as resample_audio
from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.checks import check
from benchbox_metrics.mos import RATE, model_file, model_identity, resampled, session

_FRAME, _HOP = 512, 256
_RATERS = 15


class PLCMOS(Metric):
    """Predict the quality of speech with gaps, without a reference (Diener et al. 2023, version 2).

    Made for packet loss: of denoised speech it says how much of the voice was cut out, not how much noise is
    left. The model comes with the package speechmos: pip install 'benchbox-speech[mos]'. Defined at 16 kHz.
    """

    needs_reference = False

    def __init__(
        self,
        resample: Annotated[
            bool, Field(description="resample audio of other rates to 16 kHz (plcmos_16k)")
        ] = False,
    ) -> None:
        self.resample = resample
        self.model = model_file("plcmos", "plcmos_models/plcmos_v2.onnx")

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        if sample_rate != RATE and not self.resample:
            return []
        return [Measure(resampled("plcmos", sample_rate), unit="MOS")]

    def prepare(self, clean: Samples, sample_rate: int) -> int:
        return sample_rate

    def score(self, reference: int, estimate: Samples) -> Mapping[str, float]:
        check(estimate, "estimate")
        features = _features(resample_audio(estimate, reference, RATE))[None, None]
        # The model asks who rates. The published program draws raters each time, these are always the same.
        raters = np.random.RandomState(0).normal(size=(_RATERS, 1, 64)).astype(np.float32)
        model = session(self.model)
        ratings = [
            float(np.squeeze(model.run(None, {"degraded_audio": features, "rater_embed": rater})[0]))
            for rater in raters
        ]
        return {resampled("plcmos", reference): float(np.mean(ratings))}

    @property
    def identity(self) -> Mapping[str, str]:
        resampler = f"soxr {version('soxr')} HQ to 16 kHz" if self.resample else "none"
        return {
            **model_identity(self.model),
            "mode": f"v2, the same {_RATERS} raters",
            "resampler": resampler,
            "version": "1",
        }


def _features(speech: Samples) -> NDArray[np.float32]:
    """Return log powers [frame, bin] in units of 20 nepers, zeros 120 dB below the least of the others."""
    count = -(-(speech.size + _FRAME - _HOP) // _HOP)
    padded = np.zeros((count - 1) * _HOP + _FRAME)
    padded[_FRAME - _HOP :][: speech.size] = speech
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hamming(_FRAME + 1)[:-1])) ** 2
    least = power[power > 0].min()
    log = np.log(np.where(power > 0, power, least)) - np.where(power > 0, 0, 12 * np.log(10))
    return (log / 20).astype(np.float32)
