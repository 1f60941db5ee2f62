"""Speex's noise suppressor, by the package speexdsp-ns."""

from importlib import import_module

from benchbox.interfaces import Denoiser, Stream
from benchbox.records import Samples
from benchbox.streaming import FrameStream
from benchbox_peers.frames import in_16_bits
from benchbox_peers.libraries import locate

_FRAMES_A_SECOND = 50


class Speex(Denoiser):
    """Suppress noise by up to 15 dB in frames of 20 ms, as voice over IP did for long (Valin 2007).

    The preprocessor of SpeexDSP 1.2 (BSD) as speexdsp-ns 0.1 wraps it, 16-bit, at 8, 16 or 32 kHz. Its delay
    of a frame, 20 ms, is taken off. Each clip starts afresh.
    Needs `pip install "benchbox-speech[peers]"`.
    """

    sample_rates = (8000, 16000, 32000)

    def __init__(self) -> None:
        locate("speexdsp_ns", "speex", wheels="Linux on x86-64 and ARM, Python up to 3.12")

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return self.stream(sample_rate).whole(noisy)

    def stream(self, sample_rate: int) -> Stream:
        frame = sample_rate // _FRAMES_A_SECOND
        suppressor = import_module("speexdsp_ns").NoiseSuppression.create(frame, sample_rate)
        return FrameStream(frame, frame, in_16_bits(suppressor.process))
