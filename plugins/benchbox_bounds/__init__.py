"""Rows that bound a table from above and below: what doing nothing, and what knowing everything, is worth."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_denoisers(register: Register) -> None:
    from benchbox_bounds.clean import Clean
    from benchbox_bounds.noise_only import NoiseOnly
    from benchbox_bounds.noisy import Noisy
    from benchbox_bounds.oracle_mask import OracleMask
    from benchbox_bounds.silence import Silence

    register("clean", Clean)
    register("noise_only", NoiseOnly)
    register("noisy", Noisy)
    register("oracle_mask", OracleMask)
    register("silence", Silence)
