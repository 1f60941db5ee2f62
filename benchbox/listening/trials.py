"""What a listener rates: the sounds of each kept mixture, a hidden reference and an anchor among them.

Source: ITU-R BS.1534-3 (MUSHRA).
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO

import numpy as np

from benchbox.errors import BadRun, UnknownName
from benchbox.mixing import stream
from benchbox.records import Samples
from benchbox.results.record import SILENCE
from benchbox.runs.folder import Run
from benchbox.runs.sounds import kept_jobs, kept_mixtures, levelling_db, read_examples

REFERENCE = "hidden reference"
ANCHOR = "anchor"
"""The reference through a low-pass filter of 3.5 kHz, which BS.1534 asks for."""
MOST = 12
"""Signals a listener can compare at once, by BS.1534, the reference and the anchor among them."""
_ANCHOR_HZ = 3500.0


@dataclass(frozen=True, eq=False)
class Trial:
    """One mixture: its sounds at one level of speech, by what they are."""

    mixture: str
    """Its identity in the scores."""
    reference: Samples
    signals: dict[str, Samples]
    """System -> estimate, silent ones too, and `REFERENCE` and `ANCHOR`; nobody is shown these names."""
    sample_rate: int
    jobs: Mapping[str, str] = field(default_factory=dict)
    """System -> the key of the job that its sound is of."""

    def order(self, listener: str, seed: int) -> list[str]:
        """Return the signals in the order in which this listener meets them, always the same one."""
        names = sorted(self.signals)
        stream(seed, "listening", listener, self.mixture).shuffle(names)
        return names

    @lru_cache(maxsize=64)  # noqa: B019 - a trial lives as long as its test
    def encoded(self, name: str) -> str:
        """Return a signal as WAV in base64."""
        return b64encode(self.wav(self.signals[name])).decode()

    def wav(self, samples: Samples) -> bytes:
        """Return a sound as a WAV file of 16 bits."""
        import soundfile

        file = BytesIO()
        soundfile.write(file, samples, self.sample_rate, format="WAV", subtype="PCM_16")
        return file.getvalue()


def trials_of(run: Run, systems: Sequence[str] = (), *, together: bool = True) -> list[Trial]:
    """Return a trial for each mixture that a run kept the sounds of.

    Args:
        systems: those to be rated; all but the bounds by default.
        together: whether a listener compares all of them at once.

    Raises:
        BadRun: there are no sounds, or more systems than a listener can compare.
        UnknownName: the run has no such system.
    """
    known = {
        label: facts for label, facts in run.manifest.systems.items() if not facts.oracle and label != SILENCE
    }
    for name in systems:
        if name not in known:
            raise UnknownName("system", name, known)
    wanted = list(systems) or list(known)
    mixtures = kept_mixtures(run)
    trials = [
        _trial(mixtures.get(name, name), sounds, sample_rate, wanted, kept_jobs(run, name))
        for name, sounds, sample_rate in read_examples(run)
        if "clean" in sounds
    ]
    if not trials:
        raise BadRun(
            f"{run.path} kept no sounds with a clean reference; `benchbox run --examples 8` keeps some"
        )
    if together and (count := max(len(trial.signals) for trial in trials)) > MOST:
        raise BadRun(
            f"{count} signals are more than a listener can compare at once ({MOST}, with reference "
            "and anchor): name some with --systems"
        )
    return trials


def anchored(reference: Samples, sample_rate: int) -> Samples:
    """Return the reference without what lies above 3.5 kHz."""
    from scipy.signal import butter, sosfiltfilt

    if sample_rate / 2 <= _ANCHOR_HZ:
        return reference
    sections = butter(8, _ANCHOR_HZ, fs=sample_rate, output="sos")
    filtered: Samples = sosfiltfilt(sections, reference, padtype=None).astype(np.float32)
    return filtered


def _trial(
    mixture: str,
    sounds: dict[str, Samples],
    sample_rate: int,
    wanted: Sequence[str],
    jobs: Mapping[str, str],
) -> Trial:
    clean = sounds["clean"]
    signals = {
        label: samples * np.float32(10 ** (levelling_db(samples, clean, sample_rate) / 20))
        for label, samples in sounds.items()
        if label in wanted
    }
    signals |= {REFERENCE: clean, ANCHOR: anchored(clean, sample_rate)}
    # One scale for all: none may clip.
    scale = np.float32(min(1.0, 0.98 / max(float(np.abs(each).max()) for each in signals.values())))
    return Trial(
        mixture,
        clean * scale,
        {name: samples * scale for name, samples in signals.items()},
        sample_rate,
        {label: key for label, key in jobs.items() if label in signals},
    )
