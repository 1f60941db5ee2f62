"""What `unet` and `vqunet` have in common as denoisers: training, use, and files."""

import hashlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchbox.errors import BadOption, BadRun
from benchbox.interfaces import Examples, ExportableDenoiser, Stream, TrainableDenoiser
from benchbox.records import Progress, Samples
from benchbox.streaming import StftStream
from benchbox_unets import checkpoint
from benchbox_unets.pieces import Enhance, crossfaded, joined, seamless
from benchbox_unets.presets import Config

if TYPE_CHECKING:
    from benchbox_unets.frames import Weights
    from benchbox_unets.network import Network

OVERLAP_SECONDS = 1.0
MEASURED_ON = 128
"""Excerpts from which the paper's standardisation is measured."""


class SpectrogramDenoiser(TrainableDenoiser, ExportableDenoiser):
    """Enhance spectrograms with the network that a `Config` describes."""

    sample_rates: Sequence[int] = (8000,)

    def __init__(self, config: Config, device: Literal["auto", "cpu", "cuda"]) -> None:
        self.config = config
        self._device = device
        self._network: Network | None = None
        self._weights: Weights | None = None
        """Of a causal network, as arrays."""
        self._shipped: Path | None = None
        """Where weights are that come with the package; they are read at first use."""
        self._digests: Mapping[str, str] = {}
        """Of their files."""

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        stream = self.stream(sample_rate)
        if stream is not None:
            return stream.whole(noisy)
        network, config = self._ready(), self.config
        grid, longest = network.grid, round(config.piece_seconds * sample_rate)
        if config.pieces == "joined":
            # Whole hops, and as many frames as an excerpt in training; silence fills up the last piece.
            length = -(-round(config.seconds * sample_rate) // grid) * grid
            padded = np.pad(noisy, (0, -noisy.size % length if noisy.size else length))
            return joined(_parts(network, padded), padded.size, length)[: noisy.size]
        if config.pieces == "seamless" and network.context is not None and noisy.size > longest:
            length = longest - longest % grid
            return seamless(_parts(network, noisy, length), noisy.size, length, network.context)
        overlap = round(OVERLAP_SECONDS * sample_rate)
        return crossfaded(_parts(network, noisy), noisy.size, longest, overlap, grid)

    def stream(self, sample_rate: int) -> Stream | None:
        if not self.config.causal:
            return None
        from benchbox_unets.frames import FrameNetwork, weights_of

        network = self._ready()
        if self._weights is None:
            self._weights = weights_of(network)
        return StftStream(network.stft, FrameNetwork(network.config, self._weights))

    @property
    def parameters(self) -> int:
        import torch

        from benchbox_unets.network import Network

        with torch.device("meta"):  # shapes alone
            network = Network(self.config, self.config.sample_rate)
        quantizer = network.backbone.quantizer
        # A codebook learns, whether by gradients or by moving averages.
        moved = 0 if quantizer is None or self.config.codebook == "gradient" else quantizer.codebook.numel()
        return moved + sum(weights.numel() for weights in network.parameters())

    def fit(
        self,
        examples: Examples,
        *,
        rng: np.random.Generator,
        folder: Path,
        progress: Callable[[Progress], None],
    ) -> None:
        """Train, from the weights that are there (after `load`, say) or else from new ones."""
        import torch

        from benchbox.training import FitPlan, fit_network, seeded
        from benchbox_unets.frontend import ValueFrontend
        from benchbox_unets.network import Network

        config = self.config
        network = self._network
        if network is None:
            with seeded(rng):
                network = Network(config, examples.sample_rate)
            if isinstance(network.frontend, ValueFrontend):
                length = round(config.seconds * examples.sample_rate)
                clean = np.stack([examples.draw(length, rng)[0] for _ in range(MEASURED_ON)])
                network.frontend.standardise(network.analyze(torch.from_numpy(clean)))
        plan = FitPlan(
            steps=config.steps,
            batch=config.batch,
            seconds=config.seconds,
            learning_rate=config.learning_rate,
            optimizer=config.optimizer,
            schedule=config.schedule,
            warmup=config.warmup,
            clip=config.clip,
            validate_every=config.validate_every,
        )
        fit_network(
            network.to(self._torch_device()), examples, plan, rng=rng, folder=folder, progress=progress
        )
        if network.backbone.quantizer is not None:
            _warn_of_collapse(config, network.backbone.quantizer.facts())
        self._network, self._weights = network, None

    def save(self, folder: Path) -> None:
        if self._network is None:
            raise BadRun(f"this {type(self).__name__.lower()} has no weights to save: call fit or load first")
        checkpoint.save(self._network, folder)

    def load(self, folder: Path) -> None:
        try:
            network = checkpoint.load(folder)
        except BadRun as error:
            raise BadRun(
                f"{folder} holds no {type(self).__name__.lower()} this version can read; "
                f"train it again: {error}"
            ) from None
        self.config, self._weights = network.config, None
        self._network = network.eval().to(self._torch_device())

    def _ready(self) -> "Network":
        """Return the network with its weights."""
        if self._network is None and self._shipped is not None:
            pieces = self.config.pieces
            _check(self._shipped, self._digests)
            self.load(self._shipped)
            self.config = replace(self.config, pieces=pieces)
        if self._network is None:
            raise BadRun(f"this {type(self).__name__.lower()} has no weights yet: call fit or load first")
        return self._network

    def export(self, path: Path, sample_rate: int, *, spectra: bool) -> None:
        from benchbox_unets.export import export

        export(self._ready().cpu(), path, sample_rate, spectra=spectra)

    def _torch_device(self) -> str:
        import torch

        if self._device == "cpu" or torch.cuda.is_available():
            return self._device.replace("auto", "cuda")
        if self._device == "cuda":
            raise BadOption("device='cuda', but torch finds no GPU here; valid: auto, cpu")
        return "cpu"


def _check(folder: Path, digests: Mapping[str, str]) -> None:
    """Check that files are the ones of which these are the digests.

    Raises:
        BadRun: one is not; what it would sound like is anybody's guess.
    """
    for name, digest in digests.items():
        file = folder / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            raise BadRun(f"{file} is not the file that benchbox came with: install benchbox-speech again")


def _parts(network: "Network", noisy: Samples, one_level: int | None = None) -> Enhance:
    """Return what enhances a part of the audio that starts on the network's grid.

    Args:
        one_level: take every part at the level of the whole, which is found in chunks of so many samples.
    """
    import torch

    with torch.inference_mode():
        # A copy: memory shared between processes is read-only, and torch warns of that.
        samples = torch.tensor(noisy, device=next(network.parameters()).device)[None]
        level = network.level(samples, one_level) if one_level else None
        # A part of the audio has no real spectrogram of its own.
        whole = network.analyze(samples) if network.real else None

    def enhance(start: int, stop: int) -> Samples:
        with torch.inference_mode():
            if whole is None:
                spectrum = network.analyze(samples[:, start:stop])
            else:
                first = start // network.stft.hop
                spectrum = whole[..., first : first + network.stft.frames(stop - start)]
            estimate = network.hear(spectrum, stop - start, level)[0]
        return estimate.cpu().numpy()

    return enhance


def _warn_of_collapse(config: Config, facts: dict[str, float]) -> None:
    if facts["perplexity"] > max(1.1, config.codes / 100):
        return
    remedy = "codebook='ema'" if config.codebook == "gradient" else "more steps or fewer codes"
    warnings.warn(
        f"the codebook collapsed: its perplexity is {facts['perplexity']:.1f} of {config.codes}, "
        f"{facts['codebook_usage']:.0%} of the codes are in use; try {remedy}",
        stacklevel=3,
    )
