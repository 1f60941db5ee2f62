"""How many utterances PESQ will find in a reference."""

import numpy as np
from numpy.typing import NDArray

from benchbox.records import Samples

# ITU-T P.862, in frames of 4 ms.
_FRAME_SECONDS = 0.004
_LONGEST_BLIP = 4
_LONGEST_GAP_JOINED = 50
_SHORTEST_UTTERANCE = 46
_SPEECH_BAND_HZ = (500, 1500)

Runs = list[tuple[int, int]]
"""[start, end) in frames."""


def count_utterances(clean: Samples, sample_rate: int) -> int:
    """Estimate how many utterances the level-based detector of P.862 separates.

    Ours sees speech through a simpler filter than the standard's. On 20 to 130 s of speech it finds
    0.95 to 1.16 times as many utterances.
    """
    from scipy.signal import butter, sosfilt

    speech_band = butter(3, _SPEECH_BAND_HZ, "bandpass", fs=sample_rate, output="sos")
    frame = int(_FRAME_SECONDS * sample_rate)
    frames = len(clean) // frame
    if frames <= _SHORTEST_UTTERANCE:
        return min(frames, 1)
    powers = np.square(sosfilt(speech_band, clean)[: frames * frame].reshape(frames, frame)).mean(axis=1)
    runs = _speech(powers)
    if not runs:
        return 1  # P.862 then takes everything for speech
    return sum(end - start >= _SHORTEST_UTTERANCE for start, end in _joined(runs))


def _speech(powers: NDArray[np.float64]) -> Runs:
    """Return the runs of frames above a threshold that settles two deviations above the noise."""
    threshold = powers.mean()
    powers = np.maximum(powers, 1e-4 * powers.max())
    for _ in range(12):
        noise = powers[powers <= threshold]
        threshold = 1.001 * (noise.mean() + 2 * noise.std()) if noise.size else 0.0
    edges = np.flatnonzero(np.diff(powers > threshold, prepend=False, append=False))
    return [(start, end) for start, end in edges.reshape(-1, 2).tolist() if end - start > _LONGEST_BLIP]


def _joined(runs: Runs) -> Runs:
    joined: Runs = []
    for start, end in runs:
        if joined and start - joined[-1][1] <= _LONGEST_GAP_JOINED:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
