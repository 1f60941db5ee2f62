"""Classic denoisers: a gain for each frequency and frame, from a running estimate of the noise."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_spectral.log_mmse import LogMmse
    from benchbox_spectral.spectral_sub import SpectralSub
    from benchbox_spectral.wiener import Wiener

    register("log_mmse", LogMmse)
    register("spectral_sub", SpectralSub)
    register("wiener", Wiener)
