"""RNNoise, by the shared library that the package pyrnnoise ships."""

import ctypes
from functools import cache
from weakref import finalize

import numpy as np

from benchbox.interfaces import Denoiser, Stream
from benchbox.records import Samples
from benchbox.streaming import FrameStream
from benchbox_peers.libraries import locate

_FRAME = 480
_LATE = 960
"""Samples that the output lags behind: a frame of overlap, and one that the network looks ahead."""
_FULL_SCALE = 32768
"""RNNoise wants floats of the size of 16-bit samples, and knows speech by its level too."""
_LIBRARIES = (".so", ".dylib", ".dll")

_Pointer = ctypes.POINTER(ctypes.c_float)


class RNNoise(Denoiser):
    """Suppress noise in bands of the spectrum, by gains from a recurrent network (Valin 2018), at 48 kHz.

    RNNoise 0.2 with the weights that come with it (BSD-3-Clause), as pyrnnoise 0.4 ships it. Its delay of
    20 ms is taken off. Each clip starts afresh.
    Needs `pip install "benchbox-speech[peers]"`.
    """

    sample_rates = (48000,)

    def __init__(self) -> None:
        locate("pyrnnoise", "rnnoise")

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return self.stream(sample_rate).whole(noisy)

    def stream(self, sample_rate: int) -> Stream:
        library = _library()
        state: int = library.rnnoise_create(None)

        def change(frame: Samples) -> Samples:
            changed = frame * np.float32(_FULL_SCALE)
            in_place = changed.ctypes.data_as(_Pointer)
            library.rnnoise_process_frame(state, in_place, in_place)
            return changed / np.float32(_FULL_SCALE)

        stream = FrameStream(_FRAME, _LATE, change)
        finalize(stream, library.rnnoise_destroy, state)
        return stream


@cache
def _library() -> ctypes.CDLL:
    # Not through the package itself: importing that asks for an audio stack, and its frames are 16-bit.
    folder = locate("pyrnnoise", "rnnoise")
    [path] = [file for file in folder.iterdir() if file.suffix in _LIBRARIES]
    library = ctypes.CDLL(str(path))
    library.rnnoise_create.argtypes = [ctypes.c_void_p]
    library.rnnoise_create.restype = ctypes.c_void_p
    library.rnnoise_destroy.argtypes = [ctypes.c_void_p]
    library.rnnoise_destroy.restype = None
    library.rnnoise_process_frame.argtypes = [ctypes.c_void_p, _Pointer, _Pointer]
    library.rnnoise_process_frame.restype = ctypes.c_float
    return library
