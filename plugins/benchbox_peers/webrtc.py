"""WebRTC's noise suppressor, by the package webrtc-noise-gain."""

from importlib import import_module
from typing import Annotated

from pydantic import Field

from benchbox.interfaces import Denoiser, Stream
from benchbox.records import Samples
from benchbox.streaming import FrameStream
from benchbox_peers.frames import in_16_bits
from benchbox_peers.libraries import locate

_FRAME = 160
_LATE = 96


class WebRTC(Denoiser):
    """Suppress noise as browsers do in calls: a Wiener filter on statistics of speech and noise, at 16 kHz.

    WebRTC's audio processing (BSD-3-Clause) as webrtc-noise-gain 1.3 wraps it (Apache-2.0), 16-bit, without
    its gain control. Its delay of 6 ms is taken off. Each clip starts afresh.
    Needs `pip install "benchbox-speech[peers]"`.
    """

    sample_rates = (16000,)

    def __init__(
        self,
        level: Annotated[
            int, Field(ge=1, le=4, description="how much to suppress: low, moderate, high, very high")
        ] = 2,
    ) -> None:
        locate("webrtc_noise_gain", "webrtc", wheels="Linux on x86-64 and ARM")
        self.level = level

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return self.stream(sample_rate).whole(noisy)

    def stream(self, sample_rate: int) -> Stream:
        processor = import_module("webrtc_noise_gain").AudioProcessor(0, self.level)
        return FrameStream(_FRAME, _LATE, in_16_bits(lambda frame: processor.Process10ms(frame).audio))
