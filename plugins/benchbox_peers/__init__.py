"""Denoisers that people know, from libraries that `pip install "benchbox-speech[peers]"` brings."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_peers.deepfilternet import DeepFilterNet
    from benchbox_peers.noisereduce import Noisereduce
    from benchbox_peers.rnnoise import RNNoise

    register("deepfilternet", DeepFilterNet)
    register("noisereduce", Noisereduce)
    register("rnnoise", RNNoise)
