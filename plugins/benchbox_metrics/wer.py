"""Words and characters that a recogniser gets wrong."""

import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from benchbox.audio import resample as resample_audio
from benchbox.errors import Unscorable
from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.checks import check
from benchbox_metrics.recognisers import RATE, Name, check_recogniser, recogniser, recogniser_identity

Reference = tuple[str, int]
"""What is said, and the rate of the estimates."""


class WER(Metric):
    """Measure what a recogniser loses: word and character error rates, above 1 where it invents words.

    Against the transcript of a clip or, where there is none, against what the same recogniser reads in the
    clean clip. Denoising often hurts recognition, and no other measure here shows it. pocketsphinx
    (pip install 'benchbox-speech[asr]') reads US English and misreads much of it: good for comparing systems
    on one test set, not for numbers to quote. A table's mean is that of the clips' rates. Defined at 16 kHz.
    """

    reads_transcript = True

    def __init__(
        self,
        recogniser: Annotated[
            Name, Field(description="what reads; all but the first need model")
        ] = "pocketsphinx",
        model: Annotated[Path | None, Field(description="local folder of a Whisper model")] = None,
        against: Annotated[
            Literal["auto", "transcript", "clean"],
            Field(
                description="the transcript, the reading of the clean clip, or the former where there is one"
            ),
        ] = "auto",
        resample: Annotated[
            bool, Field(description="resample audio of other rates to 16 kHz (wer_16k)")
        ] = False,
    ) -> None:
        check_recogniser(recogniser, model)
        self.recogniser, self.model, self.against, self.resample = recogniser, model, against, resample
        # A transcript will do: recordings may have one.
        self.needs_reference = against == "clean"

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        if sample_rate != RATE and not self.resample:
            return []
        return [
            Measure(_named(name, sample_rate), higher_is_better=False, bounds=(0.0, None))
            for name in ("wer", "cer")
        ]

    def prepare(self, clean: Samples, sample_rate: int) -> Reference:
        return self.prepare_transcribed(clean, sample_rate, "")

    def prepare_transcribed(self, clean: Samples, sample_rate: int, text: str) -> Reference:
        said = "" if self.against == "clean" else _words(text)
        if not said and self.against == "transcript":
            raise Unscorable("there is no transcript: against='clean' compares with the clean clip's reading")
        if not said and not clean.size:
            raise Unscorable("there is no transcript, and no clean clip to read instead")
        if not said:
            check(clean, "reference")
            said = self._read(clean, sample_rate)
            if not said:
                raise Unscorable("no transcript, and the recogniser hears no word in the clean clip")
        return said, sample_rate

    def score(self, reference: Reference, estimate: Samples) -> Mapping[str, float]:
        import jiwer

        check(estimate, "estimate", may_be_silent=True)
        said, sample_rate = reference
        heard = self._read(estimate, sample_rate)
        return {
            _named("wer", sample_rate): float(jiwer.wer(said, heard)),
            _named("cer", sample_rate): float(jiwer.cer(said, heard)),
        }

    @property
    def identity(self) -> Mapping[str, str]:
        return {
            **recogniser_identity(self.recogniser, self.model),
            "mode": f"{self.against}, jiwer {version('jiwer')}",
            "resampler": f"soxr {version('soxr')} HQ to 16 kHz" if self.resample else "none",
            "version": "1",
        }

    def _read(self, samples: Samples, sample_rate: int) -> str:
        return _words(
            recogniser(self.recogniser, self.model).read(resample_audio(samples, sample_rate, RATE))
        )


def _words(text: str) -> str:
    """Return words in lower case, without punctuation but for apostrophes."""
    return " ".join(re.sub(r"[^\w']+", " ", text.lower()).split())


def _named(name: str, sample_rate: int) -> str:
    return name if sample_rate == RATE else f"{name}_16k"
