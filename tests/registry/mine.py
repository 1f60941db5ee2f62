"""A file of denoisers and others that its user names by its path."""

import numpy as np

from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec

MINE = """
from typing import Annotated
import numpy as np
from pydantic import Field
from beside import scale
from benchbox.interfaces import Denoiser, NoiseModel

def denoise(noisy, sample_rate, strength: Annotated[float, Field(gt=0, description="how much")] = 0.5):
    '''Turn it down.'''
    return scale(noisy, strength)

def narrow(noisy, sample_rate):
    return noisy

narrow.sample_rates = (16000,)

class Gate(Denoiser):
    def __init__(self, threshold: float = 0.1) -> None:
        self.threshold = threshold
    def denoise(self, noisy, sample_rate):
        return np.where(np.abs(noisy) < self.threshold, 0, noisy)

class Called:
    def __init__(self, gain: float = 2.0) -> None:
        self.gain = gain
    def __call__(self, noisy, sample_rate):
        return self.gain * noisy

class Hiss(NoiseModel):
    def sample(self, length, sample_rate, rng):
        return rng.standard_normal(length).astype(np.float32)

class Unfinished(Denoiser):
    pass

def alone(noisy):
    return noisy

NUMBER = 3
"""


def made(text: str) -> Denoiser:
    return build(Denoiser, parse_spec(text), discover())


def estimate(text: str) -> Samples:
    return made(text).denoise(np.ones(4, np.float32), 8000)
