"""The plugin's door: registers the denoiser and imports nothing heavy."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_example.smoother import Smoother

    register("example", Smoother)
