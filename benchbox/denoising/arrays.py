"""Denoise samples in memory: what `benchbox denoise` does to files."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchbox.denoising.blocks import HIGHEST_RATE, LOWEST_RATE, MOST_CHANNELS, Block
from benchbox.denoising.files import (
    BLOCK_SECONDS,
    DEFAULT,
    OVERLAP_SECONDS,
    denoiser_for,
    joined,
    kept_share,
    softened,
)
from benchbox.denoising.fullband import enhance
from benchbox.errors import BadAudio, BadOption
from benchbox.interfaces import Denoiser, TrainableDenoiser
from benchbox.registry.discovery import discover
from benchbox.registry.specs import parse_spec
from benchbox.systems.system import one_thread


def denoise(
    samples: ArrayLike,
    sample_rate: int,
    *,
    denoiser: str | Denoiser = str(DEFAULT),
    strength: float = 1.0,
    attenuation_limit: float | None = None,
) -> NDArray[np.float32]:
    """Return denoised sound, float32 of the same shape, rate and level.

    Args:
        samples: floats near full scale 1.0, [time] or [channel, time], of any length. What is longer than
            30 s goes through in blocks that overlap, as files do.
        sample_rate: 8000 to 48000 Hz.
        denoiser: what needs no training, such as "log_mmse"; built once for all calls.
        strength: 0 to 1; 0 leaves everything as it was.
        attenuation_limit: dB of noise that are taken off at most.

    Raises:
        BadAudio: the samples are no such array, or not finite.
        UnknownName, BadOption: there is no such denoiser, or an option is out of its range.
        BadPlugin: the denoiser returned something unusable.
    """
    if not 0 <= strength <= 1:
        raise BadOption(f"strength = {strength}: from 0 (as it was) to 1 (the denoiser alone)")
    if attenuation_limit is not None and not attenuation_limit >= 0:
        raise BadOption(f"attenuation_limit = {attenuation_limit}: dB, 0 or more; None for no limit")
    noisy = _checked(samples, sample_rate)
    chosen = denoiser if isinstance(denoiser, Denoiser) else _built(denoiser)
    kept = kept_share(strength, attenuation_limit)
    longest, overlap = round(BLOCK_SECONDS * sample_rate), round(OVERLAP_SECONDS * sample_rate)
    channels = np.atleast_2d(noisy).T
    if not len(channels):
        return noisy
    with one_thread():
        estimates = (
            softened(block, enhance(chosen, np.ascontiguousarray(block.T), sample_rate).T, kept)
            for block in _blocks(channels, longest, overlap)
        )
        estimate = np.concatenate(list(joined(estimates, overlap)))
    return np.ascontiguousarray(estimate.T.reshape(noisy.shape), dtype=np.float32)


@lru_cache(maxsize=4)
def _built(text: str) -> Denoiser:
    built = denoiser_for(parse_spec(text), discover())
    if isinstance(built, TrainableDenoiser):
        import torch  # noqa: F401 - now, because one_thread can only tame what is loaded
    return built


def _checked(samples: ArrayLike, sample_rate: Any) -> NDArray[np.float32]:
    given = np.asarray(samples)
    if given.dtype.kind != "f":
        raise BadAudio(
            f"samples are {given.dtype}: floats near full scale 1.0 are wanted; divide int16 by 32768"
        )
    if given.ndim not in (1, 2) or (given.ndim == 2 and not 1 <= len(given) <= MOST_CHANNELS):
        raise BadAudio(
            f"samples have shape {given.shape}: wants [time] or [channel, time] with 1 to {MOST_CHANNELS} "
            "channels; soundfile gives [time, channel], so transpose"
        )
    if not LOWEST_RATE <= sample_rate <= HIGHEST_RATE:
        raise BadAudio(f"sample_rate = {sample_rate}: wants {LOWEST_RATE} to {HIGHEST_RATE} Hz")
    if not np.isfinite(given).all():
        raise BadAudio("samples hold NaN or infinity: repair them first")
    return given.astype(np.float32)


def _blocks(samples: Block, longest: int, overlap: int) -> Iterator[Block]:
    """Give blocks [time, channel] as those of a file are cut."""
    frames = len(samples)
    count = max(1, -(-(frames - overlap) // (longest - overlap)))
    hop = -(-(frames - overlap) // count)
    for start in range(0, count * hop, hop):
        yield samples[start : start + hop + overlap] if count > 1 else samples
