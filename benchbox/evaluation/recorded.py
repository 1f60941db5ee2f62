"""An utterance as it was recorded -> a mixture, where nothing is mixed here."""

import math

from benchbox.errors import Unscorable
from benchbox.mixing import active_level_db, rms_level_db
from benchbox.records import Mixture, Utterance


def recorded_mixture(utterance: Utterance) -> Mixture:
    """Return the mixture that an utterance is; its SNRs are those of its noise, all that is not clean."""
    clean, rate = utterance.samples, utterance.sample_rate
    if utterance.noisy is None:
        return Mixture(clean, clean, rate, None, None)
    if not clean.size:
        return Mixture(clean, utterance.noisy, rate, None, None)
    noise_db = rms_level_db(utterance.noisy.astype(float) - clean)
    try:
        active_db = active_level_db(clean, rate)
    except Unscorable:
        active_db = -math.inf
    active_snr, rms_snr = (
        level - noise_db if math.isfinite(level) and math.isfinite(noise_db) else None
        for level in (active_db, rms_level_db(clean))
    )
    return Mixture(clean, utterance.noisy, rate, active_snr, rms_snr)
