"""DNSMOS P.835, as it is published and personalised."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from benchbox.audio import resample as resample_audio
from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.checks import check
from benchbox_metrics.mos import RATE, model_file, model_identity, resampled, session

_LENGTH = round(9.01 * RATE)
"""What the model hears at once; it moves on by a second."""

# Map the models' outputs to ratings, constant term last; Reddy et al. 2022, as published with the models.
_PUBLISHED = {
    "sig": (-0.08397278, 1.22083953, 0.0052439),
    "bak": (-0.13166888, 1.60915514, -0.39604546),
    "ovrl": (-0.06766283, 1.11546468, 0.04602535),
}
_PERSONALISED = {
    "sig": (-0.01019296, 0.02751166, 1.19576786, -0.24348726),
    "bak": (-0.04976499, 0.44276479, -0.1644611, 0.96883132),
    "ovrl": (-0.00533021, 0.005101, 1.18058466, -0.11236046),
}


class DNSMOS(Metric):
    """Predict P.835 ratings of speech, background and overall, without a reference (Reddy et al. 2022).

    Read it beside a clean reference where there is one (--bounds): clean speech is rated about 3.3 overall,
    not 5, and a system may pass that by removing what belongs to a voice. The models come with the package
    speechmos: pip install 'benchbox-speech[mos]'. Defined at 16 kHz. What is shorter than 9 s is repeated.
    """

    needs_reference = False

    def __init__(
        self,
        model: Annotated[
            Path | None, Field(description="a file sig_bak_ovr.onnx; by default that of speechmos")
        ] = None,
        personalised: Annotated[
            bool, Field(description="the model that rates other voices as noise (pdnsmos_...)")
        ] = False,
        resample: Annotated[
            bool, Field(description="resample audio of other rates to 16 kHz (dnsmos_..._16k)")
        ] = False,
    ) -> None:
        self.personalised, self.resample = personalised, resample
        folder = "pdnsmos_models" if personalised else "dnsmos_models"
        self.model = model_file("dnsmos", f"{folder}/sig_bak_ovr.onnx", model)

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        if sample_rate != RATE and not self.resample:
            return []
        return [Measure(self._name(part, sample_rate), unit="MOS") for part in _PUBLISHED]

    def prepare(self, clean: Samples, sample_rate: int) -> int:
        return sample_rate

    def score(self, reference: int, estimate: Samples) -> Mapping[str, float]:
        check(estimate, "estimate")
        speech = resample_audio(estimate, reference, RATE)
        length = len(speech)
        # Doubled, not repeated just often enough: that is what the published program does.
        while len(speech) < _LENGTH:
            speech = np.tile(speech, 2)
        hops = int(len(speech) // RATE - _LENGTH / RATE) + 1
        model = session(self.model)
        heard: dict[int, NDArray[np.float32]] = {}
        # Of a clip that is repeated, what starts at the same place sounds the same.
        places = [hop * RATE % length for hop in range(hops)]
        for hop, place in enumerate(places):
            if place not in heard:
                part = speech[hop * RATE :][:_LENGTH]
                heard[place] = model.run(None, {model.get_inputs()[0].name: part[None]})[0][0]
        raw = np.stack([heard[place] for place in places])
        ratings = _PERSONALISED if self.personalised else _PUBLISHED
        return {
            self._name(part, reference): float(np.polyval(polynomial, raw[:, output].astype(float)).mean())
            for output, (part, polynomial) in enumerate(ratings.items())
        }

    @property
    def identity(self) -> Mapping[str, str]:
        mode = "personalised" if self.personalised else "P.835"
        resampler = f"soxr {version('soxr')} HQ to 16 kHz" if self.resample else "none"
        return {**model_identity(self.model), "mode": mode, "resampler": resampler, "version": "2"}

    def _name(self, part: str, sample_rate: int) -> str:
        return resampled(f"{'p' if self.personalised else ''}dnsmos_{part}", sample_rate)
