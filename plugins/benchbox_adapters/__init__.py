"""Denoisers that are no Python: any program that reads and writes audio files."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_adapters.command import Command

    register("command", Command)
