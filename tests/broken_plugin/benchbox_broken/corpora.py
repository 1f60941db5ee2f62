"""A corpus of four short clips, and corpora of which one clip is none."""

import numpy as np

from benchbox.interfaces import Corpus
from benchbox.records import Entry, Utterance
from benchbox_broken import offences

RATE = 8000


class Tiny(Corpus):
    """Four tones with pauses, half a second each, of four speakers."""

    def entries(self, split):
        return [Entry(f"{split}-{n}", f"{split}-{n}", f"{split}-{n}", f"{split}-{n}") for n in range(4)]

    def load(self, entry):
        seconds = np.arange(RATE // 2) / RATE
        pitch = 150 + 40 * int(entry.id[-1]) + 20 * entry.id.startswith("train")
        voice = sum(np.sin(2 * np.pi * k * pitch * seconds) / k for k in range(1, 9))
        return Utterance(entry, (0.1 * voice * (seconds % 0.25 < 0.2)).astype(np.float32), RATE)


class BadCorpus(Tiny):
    """Commits an offence at its second clip, or returns there what is no audio."""

    def __init__(self, how: str):
        self.how = how

    def entries(self, split):
        entries = super().entries(split)
        if self.how == "duplicate_ids":
            return [*entries, entries[0]]
        if self.how == "no_entries":
            return [1, 2]
        if self.how == "aborts_listing":
            offences.abort()
        return entries

    def load(self, entry):
        utterance = super().load(entry)
        if entry.id != "test-1":
            return utterance
        if hasattr(offences, self.how):
            getattr(offences, self.how)()
        samples, rate = {
            "gives_nan": (utterance.samples * np.float32("nan"), RATE),
            "int16": ((32767 * utterance.samples).astype(np.int16), RATE),
            "over_full_scale": (32767 * utterance.samples, RATE),
            "two_dimensions": (np.stack([utterance.samples] * 2), RATE),
            "empty": (utterance.samples[:0], RATE),
            "list": (list(utterance.samples), RATE),
            "rate": (utterance.samples, "8 kHz"),
            "rate_zero": (utterance.samples, 0),
        }.get(self.how, (utterance.samples, RATE))
        return None if self.how == "gives_none" else Utterance(entry, samples, rate)
