"""Denoisers that people know, from libraries that `pip install "benchbox-speech[external]"` brings."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_external.noisereduce import Noisereduce
    from benchbox_external.rnnoise import RNNoise

    register("noisereduce", Noisereduce)
    register("rnnoise", RNNoise)
