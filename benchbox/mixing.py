"""Speech and noise levels, mixing at an SNR, and the random stream of a mixture: SNR is defined here only."""

import hashlib
import json
import math
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchbox.errors import BadPlugin, Unscorable
from benchbox.interfaces import Corpus, Degradation, Noise, NoiseModel, Scene
from benchbox.records import Mixture, Samples, SnrDefinition, Split, Utterance

MARGIN_DB = 15.9
"""How far the active level lies above the threshold that decides what is active (P.56, method B)."""
THRESHOLDS_DB = 20 * np.log10(2.0) * np.arange(-15, 0)
"""What the envelope is compared with: powers of two below full scale."""


def stream(seed: int, *parts: object) -> np.random.Generator:
    """Return the random generator that belongs to `seed` and `parts`: the same on any machine, in any order.

    Numbers count by value: 5, 5.0 and np.float32(5) name the same stream.
    """
    text = json.dumps([_canonical(part) for part in (seed, *parts)])
    digest = hashlib.sha256(text.encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest)))


def make_mixture(
    corpus: Corpus,
    utterance: Utterance,
    model: Noise,
    snr_db: float | None,
    *,
    noise_name: str,
    seed: int,
    split: Split,
    definition: SnrDefinition = "active",
) -> Mixture:
    """Disturb one utterance of a corpus; everything random comes from (seed, utterance, noise, SNR).

    Raises:
        Unscorable: the speech is silent or too short to have an SNR.
        BadPlugin: the noise model returned something else than its contract says.
    """
    clean, sample_rate = utterance.samples, utterance.sample_rate
    rng = stream(seed, utterance.entry.id, noise_name, snr_db)
    bound = model.bind(Scene(corpus, split, utterance.entry))
    if isinstance(bound, Degradation):
        reference, noisy = bound.corrupt(clean.copy(), sample_rate, snr_db, rng)
        _check(reference, clean.size, noise_name)
        _check(noisy, clean.size, noise_name)
        return _mixture(reference, noisy, sample_rate, _speech_levels(reference, sample_rate))
    if not isinstance(bound, NoiseModel) or snr_db is None:
        raise BadPlugin(f"noise {noise_name!r} needs an SNR or, to set its own level, to be a Degradation")
    noise = bound.sample(clean.size, sample_rate, rng)
    _check(noise, clean.size, noise_name)
    if not noise.any():
        raise BadPlugin(f"noise {noise_name!r} is silent: it cannot be scaled to {snr_db} dB SNR")
    return _mix(clean, noise, sample_rate, snr_db, definition, _levels_of(utterance))


def mix(
    clean: Samples, noise: Samples, sample_rate: int, snr_db: float, definition: SnrDefinition = "active"
) -> Mixture:
    """Scale the noise, never the speech, to `snr_db` and add it. Nothing is clipped.

    The SNR is the speech level by `definition` less the noise's RMS level over the file. The mixture states
    both definitions as realised, rounding to float32 included.

    Raises:
        Unscorable: the speech is silent or, for an active level, too short.
        BadPlugin: the noise is silent.
    """
    return _mix(clean, noise, sample_rate, snr_db, definition, _speech_levels(clean, sample_rate))


def _mix(
    clean: Samples,
    noise: Samples,
    sample_rate: int,
    snr_db: float,
    definition: SnrDefinition,
    levels: Mapping[SnrDefinition, float],
) -> Mixture:
    noise_db = rms_level_db(noise)
    if math.isinf(levels[definition]):
        raise Unscorable(
            f"clean speech is silent or too short ({clean.size} samples): it has no {definition} level"
        )
    if math.isinf(noise_db):
        raise BadPlugin(f"noise is silent: it cannot be scaled to {snr_db} dB SNR")
    gain = 10 ** ((levels[definition] - noise_db - snr_db) / 20)
    noisy = (clean + gain * noise.astype(np.float64)).astype(np.float32)
    return _mixture(clean, noisy, sample_rate, levels)


def rms_level_db(samples: NDArray[np.floating]) -> float:
    """Return the RMS level over the whole signal in dB of full scale 1.0; -inf for digital silence."""
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return 10 * math.log10(power) if power > 0 else -math.inf


def offset_db(samples: NDArray[np.floating]) -> float:
    """Return how many dB of a signal's RMS level are a DC offset, which nobody hears; 0 for silence.

    An SNR between signals with offsets is not the SNR that is heard.
    """
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    heard = power - float(np.mean(samples, dtype=np.float64)) ** 2
    return 10 * math.log10(power / max(heard, 1e-12 * power)) if power > 0 else 0.0


def active_level_db(samples: Samples, sample_rate: int) -> float:
    """Return the active speech level in dB of full scale 1.0, pauses left out (ITU-T P.56, method B).

    The envelope is |x| smoothed twice (30 ms). A sample is active at a threshold while the envelope is above
    it and for 200 ms after. The level is that over the samples active at the threshold 15.9 dB below it,
    interpolated between thresholds 6 dB apart.

    Measured on 1,634 signals, 1,406 of them speech: the ITU's program (openitu/STL, sv-p56.c 2.3) differs by
    0.007 dB in the median, 0.27 dB at most, as it stops interpolating within 0.5 dB of the margin; with its
    interpolation carried to the end it agrees to 1e-8 dB.

    Raises:
        Unscorable: the signal is silent (below about -74 dB) or much shorter than 0.1 s.
    """
    # Imported here, like all of SciPy, because listing plugins imports this module.
    from scipy.ndimage import maximum_filter1d
    from scipy.signal import lfilter

    magnitude = np.abs(samples, dtype=np.float64)
    pole = math.exp(-1 / (0.03 * sample_rate))
    envelope = lfilter([(1 - pole) ** 2], [1, -2 * pole, pole**2], magnitude)
    hangover = math.ceil(0.2 * sample_rate)
    # Active at a threshold: the envelope reached it now or during the hangover time before.
    padded = np.concatenate([np.zeros(hangover), envelope])
    reached = maximum_filter1d(padded, hangover + 1, origin=hangover // 2)[hangover:]
    steps = np.searchsorted(10 ** (THRESHOLDS_DB / 20), reached, side="right")
    active = np.bincount(steps, minlength=THRESHOLDS_DB.size + 1)[::-1].cumsum()[::-1][1:]
    thresholds_db = THRESHOLDS_DB[active > 0]
    levels_db = 10 * np.log10(np.sum(magnitude**2) / active[active > 0])
    excess_db = levels_db - thresholds_db - MARGIN_DB
    below = np.flatnonzero(excess_db <= 0)
    if below.size == 0 or below[0] == 0:
        raise Unscorable(
            f"clean speech is silent or too short ({samples.size} samples): it has no active level"
        )
    right = int(below[0])
    share = excess_db[right - 1] / (excess_db[right - 1] - excess_db[right])
    return float(levels_db[right - 1] + share * (levels_db[right] - levels_db[right - 1]))


@lru_cache(maxsize=16)
def _levels_of(utterance: Utterance) -> Mapping[SnrDefinition, float]:
    """Return its levels, kept for the other noises and SNRs."""
    return _speech_levels(utterance.samples, utterance.sample_rate)


def _speech_levels(clean: Samples, sample_rate: int) -> dict[SnrDefinition, float]:
    try:
        active_db = active_level_db(clean, sample_rate)
    except Unscorable:
        active_db = -math.inf
    return {"active": active_db, "rms": rms_level_db(clean)}


def _mixture(
    clean: Samples, noisy: Samples, sample_rate: int, speech_db: Mapping[SnrDefinition, float]
) -> Mixture:
    noise_db = rms_level_db(noisy.astype(np.float64) - clean)
    active_db, rms_db = (
        level - noise_db if math.isfinite(level) and math.isfinite(noise_db) else None
        for level in (speech_db["active"], speech_db["rms"])
    )
    return Mixture(clean, noisy, sample_rate, snr_active_db=active_db, snr_rms_db=rms_db)


def _check(signal: Samples, length: int, noise_name: str) -> None:
    wanted = f"float32 [{length}], finite"
    if not isinstance(signal, np.ndarray):
        raise BadPlugin(f"noise {noise_name!r} returned a {type(signal).__name__}, not {wanted}")
    if signal.dtype != np.float32 or signal.shape != (length,):
        raise BadPlugin(f"noise {noise_name!r} returned {signal.dtype} {list(signal.shape)}, not {wanted}")
    if not np.isfinite(signal).all():
        raise BadPlugin(f"noise {noise_name!r} returned NaN or infinite samples, not {wanted}")


def _canonical(part: object) -> object:
    if part is None or isinstance(part, str):
        return part
    if isinstance(part, int | float | np.integer | np.floating):
        return int(part) if float(part).is_integer() else float(part)
    return str(part)
