"""Denoisers that people know, from libraries of others: `pip install "benchbox[external]"` brings those."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_external.noisereduce import Noisereduce
    from benchbox_external.rnnoise import RNNoise

    register("noisereduce", Noisereduce)
    register("rnnoise", RNNoise)
