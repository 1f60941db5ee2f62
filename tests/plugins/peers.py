"""Denoisers of others: what they need, and what they are given."""

import numpy as np
import pytest

from benchbox.mixing import mix, rms_level_db
from benchbox.records import Mixture, Samples
from benchbox.synthetic import speech_like


def needs(library: str) -> pytest.MarkDecorator:
    from importlib.util import find_spec

    return pytest.mark.skipif(find_spec(library) is None, reason=f"{library} is not installed")


needs_rnnoise = needs("pyrnnoise")
needs_noisereduce = needs("noisereduce")


def speech_in_noise(rng: np.random.Generator, sample_rate: int, snr_db: float = 5.0) -> Mixture:
    clean = speech_like(3 * sample_rate, rng, sample_rate)
    return mix(clean, rng.standard_normal(clean.size).astype(np.float32), sample_rate, snr_db, "rms")


def si_sdr_db(clean: Samples, estimate: Samples) -> float:
    target = (estimate @ clean) / (clean @ clean) * clean
    return rms_level_db(target) - rms_level_db(estimate - target)
