"""Noise models: synthetic, borrowed from the corpus, and recorded."""

from benchbox.hookspecs import Register, hookimpl


@hookimpl
def register_noises(register: Register) -> None:
    from benchbox_noises.babble import Babble
    from benchbox_noises.brown import Brown
    from benchbox_noises.car import Car
    from benchbox_noises.hum import Hum
    from benchbox_noises.pink import Pink
    from benchbox_noises.recorded import Recorded
    from benchbox_noises.remixed import Remixed
    from benchbox_noises.stft_gaussian import StftGaussian
    from benchbox_noises.white import White
    from benchbox_noises.wind import Wind

    register("babble", Babble)
    register("brown", Brown)
    register("car", Car)
    register("hum", Hum)
    register("pink", Pink)
    register("recorded", Recorded)
    register("remixed", Remixed)
    register("stft_gaussian", StftGaussian)
    register("white", White)
    register("wind", Wind)
