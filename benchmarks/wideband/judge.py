"""What a network is worth: SI-SDR, STOI and wide-band PESQ on speakers and noises held out from training."""

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wideband.mixtures import Mixtures, at_unit_level
from wideband.recordings import SAMPLE_RATE, Recordings

Audio = NDArray[np.float32]

CLIPS, SECONDS = 24, 4.0
CONDITIONS = [(kind, snr_db) for snr_db in (0.0, 5.0, 10.0) for kind in ("white", "recorded", "recorded")]


class Judge:
    """Score denoisers on the same 24 mixtures: a third of them white noise, the rest recorded."""

    def __init__(self, recordings: Recordings, seed: int = 1) -> None:
        rng = np.random.default_rng([seed, 16])
        mixtures = Mixtures(recordings, held_out=True)
        self.pairs: list[tuple[str, Audio, Audio]] = []
        for index in range(CLIPS):
            kind, snr_db = CONDITIONS[index % len(CONDITIONS)]
            length = round(SECONDS * SAMPLE_RATE)
            clean = at_unit_level(mixtures.voice(length, rng)) * 0.05
            noise = at_unit_level(mixtures.disturbance(kind, length, rng)) * 0.05
            self.pairs.append((kind, clean, clean + noise * np.float32(10 ** (-snr_db / 20))))

    def scores(self, denoise: Callable[[Audio], Audio]) -> dict[str, float]:
        """Return mean measures for white and for recorded noise, as `white_si_sdr` and so on."""
        rows: dict[str, list[float]] = {}
        for kind, clean, noisy in self.pairs:
            for measure, value in _scored(clean, denoise(noisy)).items():
                rows.setdefault(f"{kind}_{measure}", []).append(value)
        return {name: float(np.mean(values)) for name, values in rows.items()}


def _scored(clean: Audio, estimate: Audio) -> dict[str, float]:
    from pesq import pesq
    from pystoi import stoi

    target = clean * (np.dot(estimate, clean) / np.dot(clean, clean))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "si_sdr": float(10 * np.log10(np.sum(target**2) / np.sum((estimate - target) ** 2))),
            "stoi": float(stoi(clean, estimate, SAMPLE_RATE)),
            "pesq": float(pesq(SAMPLE_RATE, clean, estimate, "wb")),
        }
