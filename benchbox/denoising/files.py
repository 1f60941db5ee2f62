"""Denoise audio files of any length in bounded memory, each to a file of its own kind.

Blocks of 30 s overlap by 3 s:

    block 0   |------------------------\\....
    block 1                        ..../------------------------\\....      .    thrown away
    block 2                                                 ..../-------|   /\\   cross-fade

The first second of a block gives the denoiser time to settle, the last lacks what follows; both are thrown
away, and over the second between them one block fades into the next. A denoiser that takes the level of its
input for its scale takes that of each block.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchbox.denoising.blocks import Block, Sound, blocks, inspect, writing
from benchbox.denoising.fullband import enhance
from benchbox.denoising.targets import Pair
from benchbox.errors import BadOption
from benchbox.interfaces import Denoiser, OracleDenoiser, TrainableDenoiser
from benchbox.records import Report, Spec
from benchbox.registry.discovery import Registry
from benchbox.registry.options import build
from benchbox.systems.system import one_thread

DEFAULT = Spec("vqunet", {"preset": "pretrained"})
"""What denoises when nobody says otherwise."""
BLOCK_SECONDS, OVERLAP_SECONDS = 30.0, 3.0


def denoiser_for(spec: Spec, registry: Registry) -> Denoiser:
    """Return a denoiser that needs no training.

    Raises:
        UnknownName, BadOption: there is none of that name, with those options, or it has to be trained first.
    """
    denoiser = build(Denoiser, spec, registry)
    if isinstance(denoiser, OracleDenoiser):
        raise BadOption(
            f"{spec} must see the clean speech, which a recording lacks: choose another --denoiser"
        )
    if isinstance(denoiser, TrainableDenoiser) and denoiser.needs_training:
        raise BadOption(
            f"{spec} has learnt nothing yet: `benchbox train '{spec}' --output FOLDER`, then --system FOLDER"
        )
    return denoiser


@dataclass
class Batch:
    """What became of several files."""

    seconds: float = 0.0
    """Of audio denoised."""
    clipped: dict[Path, int] = field(default_factory=dict)
    """Output -> samples that had to be clipped at full scale."""
    failures: list[str] = field(default_factory=list)
    """One line for each file that could not be denoised."""

    @contextmanager
    def survive(self, source: Path) -> Iterator[None]:
        """Note what goes wrong with one file."""
        try:
            yield
        # A denoiser may raise anything; the other files still get their turn.
        except Exception as error:
            text = f"{error}" if str(source) in str(error) else f"{source}: {type(error).__name__}: {error}"
            self.failures.append(text.splitlines()[0])


def kept_share(strength: float, attenuation_limit: float | None) -> float:
    """Return the share of the input that is mixed into what a denoiser makes of it.

    Args:
        strength: 0 leaves everything as it was, 1 is the denoiser alone.
        attenuation_limit: how many dB of noise are taken off at most, as DeepFilterNet has it.
    """
    limited = 0.0 if attenuation_limit is None else 10 ** (-attenuation_limit / 20)
    return 1 - strength * (1 - limited)


def denoise_files(
    denoiser: Denoiser, pairs: Sequence[Pair], report: Report = lambda *_: None, *, kept: float = 0.0
) -> Batch:
    """Denoise each source to its target. Of several files one that fails does not stop the others.

    `kept` is the share of the input that stays, see `kept_share`.

    Raises:
        BadAudio, BadPlugin: as `denoise_file`, if there is only one file.
    """
    batch = Batch()

    def trying(source: Path) -> AbstractContextManager[None]:
        return batch.survive(source) if len(pairs) > 1 else nullcontext()

    sounds = []
    for source, target in pairs:
        with trying(source):
            sounds.append((inspect(source), target))
    total = math.ceil(sum(sound.seconds for sound, _ in sounds))
    before = 0.0
    for sound, target in sounds:

        def progress(seconds: float, before: float = before, name: str = sound.path.name) -> None:
            report("seconds denoised", math.ceil(before + seconds), total, name)

        progress(0.0)
        with trying(sound.path):
            if clipped := denoise_file(denoiser, sound, target, progress, kept=kept):
                batch.clipped[target] = clipped
            batch.seconds += sound.seconds
        before += sound.seconds
    return batch


def denoise_file(
    denoiser: Denoiser,
    source: Sound,
    target: Path,
    progress: Callable[[float], None] = lambda _: None,
    *,
    kept: float = 0.0,
) -> int:
    """Write the denoised `source` to `target`, replacing it, and return how many samples had to be clipped.

    Rate, length, channels and level stay, and so does the encoding where `target` can have it. `progress` is
    told the seconds of audio done.

    Raises:
        BadAudio: the file is truncated, holds NaN or infinity, or `target` cannot be written.
        BadPlugin: the denoiser returned something unusable.
    """
    if isinstance(denoiser, TrainableDenoiser):
        import torch  # noqa: F401 - now, because one_thread can only tame what is loaded
    rate = source.sample_rate
    longest, overlap = round(BLOCK_SECONDS * rate), round(OVERLAP_SECONDS * rate)
    done = 0
    with one_thread(), writing(target, like=source) as writer:
        read = blocks(source, longest, overlap)
        estimates = (softened(block, enhance(denoiser, block.T, rate).T, kept) for block in read)
        for piece in joined(estimates, overlap):
            writer.write(piece)
            done += len(piece)
            progress(done / rate)
    return writer.clipped


def softened(noisy: Block, estimate: Block, kept: float) -> Block:
    """Mix a share of the input into the estimate; a denoiser that delays would be heard twice."""
    return estimate + np.float32(kept) * (noisy - estimate) if kept else estimate


def joined(overlapping: Iterable[Block], overlap: int) -> Iterator[Block]:
    """Fade each block into the next over the middle third of `overlap` samples; yield what is final."""
    fade = np.clip(np.linspace(-1, 2, overlap, dtype=np.float32), 0, 1)[:, None]
    tail: Block | None = None
    for block in overlapping:
        if tail is not None:
            block[:overlap] = tail + fade * (block[:overlap] - tail)
        yield block[:-overlap]
        tail = block[-overlap:]
    if tail is not None:
        yield tail
