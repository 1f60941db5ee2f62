"""Denoisers that bring no code: models in files, trained systems, programs on audio files."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_adapters.command import Command
    from benchbox_adapters.onnx import Onnx
    from benchbox_adapters.torchscript import TorchScript
    from benchbox_adapters.trained import Trained

    register("command", Command)
    register("onnx", Onnx)
    register("torchscript", TorchScript)
    register("trained", Trained)
