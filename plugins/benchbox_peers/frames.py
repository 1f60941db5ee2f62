"""16-bit frames in, 16-bit frames out: how the suppressors of telephony work."""

from collections.abc import Callable

import numpy as np

from benchbox.records import Samples

_FULL_SCALE = 32767


def through_frames(noisy: Samples, frame: int, late: int, process: Callable[[bytes], bytes]) -> Samples:
    """Return what `process` makes of the clip, a frame of 16-bit samples at a time.

    Args:
        frame: samples of a frame; the last one is filled up with silence.
        late: samples that the output lags behind; they are taken off.
    """
    padded = np.pad(noisy, (0, late + -(noisy.size + late) % frame))
    pcm = np.round(np.clip(padded, -1, 1) * _FULL_SCALE).astype("<i2").reshape(-1, frame)
    heard = b"".join(process(each.tobytes()) for each in pcm)
    return (np.frombuffer(heard, "<i2")[late:][: noisy.size] / np.float32(_FULL_SCALE)).astype(np.float32)
