"""16-bit frames in, 16-bit frames out: how the suppressors of telephony work."""

from collections.abc import Callable

import numpy as np

from benchbox.records import Samples

_FULL_SCALE = 32767


def in_16_bits(process: Callable[[bytes], bytes]) -> Callable[[Samples], Samples]:
    """Return what does with a frame of samples as `process` does with one of 16-bit samples."""

    def change(frame: Samples) -> Samples:
        pcm = np.round(np.clip(frame, -1, 1) * _FULL_SCALE).astype("<i2")
        heard = np.frombuffer(process(pcm.tobytes()), "<i2")
        return (heard / np.float32(_FULL_SCALE)).astype(np.float32)

    return change
