"""Plugins of others, as text for `install_plugin`."""

GOOD = """
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Denoiser

class Good(Denoiser):
    '''Do nothing.'''
    def denoise(self, noisy, sample_rate):
        return noisy

@hookimpl
def register_denoisers(register):
    register("good", Good)
"""
