"""The embedded corpus: e-banking requests spoken by espeak-ng. Nothing is downloaded, nothing recorded.

A demonstration, not a measurement: synthetic voices are cleaner and more regular than people.
"""

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from benchbox import audio
from benchbox.interfaces import Corpus
from benchbox.records import Entry, Split, Utterance
from benchbox_corpora.banking import INTENTS, request
from benchbox_corpora.espeak import Voice, synthesise

SPEAKERS: Mapping[Split, Sequence[str]] = {
    "train": (
        "en-us+m1",
        "en-us+f1",
        "en-gb-x-rp+m3",
        "en-us-nyc+Annie",
        "en-gb-scotland+m4",
        "en-us+linda",
        "en-us+m7",
        "en-gb-x-gbclan+belinda",
        "en-029+m8",
        "en-gb-x-rp+steph",
        "en-us-nyc+Gene",
        "en-us+grandma",
        "en-gb-x-gbcwmd+robert",
        "en-029+anika",
    ),
    "test": (
        "en-us+m6",
        "en-us+Andrea",
        "en-gb-x-rp+victor",
        "en-gb-scotland+aunty",
        "en-us-nyc+Mario",
    ),
}
"""Accent and variant of each voice. No variant, which is what a voice sounds like, is in both splits.

None uses espeak-ng's Klatt synthesiser: it draws breath from the C library's generator, which others share.
"""


@dataclass(frozen=True)
class _Line:
    """What is said, and how it was recorded."""

    text: str
    voice: Voice
    lead_in_seconds: float
    peak_dbfs: float


class Spoken(Corpus):
    """Speak e-banking requests with espeak-ng: 14 intents, 14 voices to train, 5 to test, 4 to 9 s each."""

    def __init__(
        self,
        sample_rate: Annotated[
            Literal[8000, 16000], Field(description="rate of the utterances in Hz; minds14's is 8000")
        ] = 8000,
    ) -> None:
        self.sample_rate = sample_rate

    def entries(self, split: Split) -> Sequence[Entry]:
        return [entry for entry in self._entries if entry.speaker in SPEAKERS[split]]

    def load(self, entry: Entry) -> Utterance:
        line = self._lines[entry.id]
        speech, sample_rate = synthesise(line.text, line.voice)
        speech = audio.resample(speech, sample_rate, self.sample_rate)
        speech *= np.float32(10 ** (line.peak_dbfs / 20) / np.abs(speech).max())
        # People breathe before they speak, and noise estimators rely on it.
        lead_in = np.zeros(round(line.lead_in_seconds * self.sample_rate), np.float32)
        return Utterance(entry, np.concatenate([lead_in, speech]), self.sample_rate)

    @cached_property
    def _entries(self) -> Sequence[Entry]:
        engine = version("espeakng-loader")
        return [
            Entry(
                id=id,
                recording=id,
                digest=hashlib.sha256(repr((engine, self.sample_rate, line)).encode()).hexdigest()[:16],
                speaker=line.voice.name,
                text=line.text,
            )
            for id, line in self._lines.items()
        ]

    @cached_property
    def _lines(self) -> Mapping[str, _Line]:
        return {
            f"{speaker}/{intent}": _line(speaker, intent, split)
            for split, speakers in SPEAKERS.items()
            for speaker in speakers
            for intent in INTENTS
        }


def _line(speaker: str, intent: str, split: Split) -> _Line:
    draw = random.Random(f"{speaker}/{intent}")
    voice = Voice(
        name=speaker,
        words_per_minute=draw.randint(140, 190),
        pitch=draw.randint(35, 65),
        pitch_range=draw.randint(40, 70),
    )
    return _Line(
        text=request(intent, split, draw),
        voice=voice,
        lead_in_seconds=round(draw.uniform(0.2, 0.4), 3),
        peak_dbfs=round(draw.uniform(-15, -2), 1),
    )
