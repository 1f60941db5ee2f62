"""Denoisers that are no Python: models in files, and any program that reads and writes audio files."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_adapters.command import Command
    from benchbox_adapters.onnx import Onnx
    from benchbox_adapters.torchscript import TorchScript

    register("command", Command)
    register("onnx", Onnx)
    register("torchscript", TorchScript)
