"""Denoisers that people know, from libraries that `pip install "benchbox-speech[peers]"` brings."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_peers.deepfilternet import DeepFilterNet
    from benchbox_peers.noisereduce import Noisereduce
    from benchbox_peers.nsnet2 import NSNet2
    from benchbox_peers.rnnoise import RNNoise
    from benchbox_peers.speex import Speex
    from benchbox_peers.webrtc import WebRTC

    register("deepfilternet", DeepFilterNet)
    register("noisereduce", Noisereduce)
    register("nsnet2", NSNet2)
    register("rnnoise", RNNoise)
    register("speex", Speex)
    register("webrtc", WebRTC)
