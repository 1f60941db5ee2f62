"""What the codes of vqunet(preset="pretrained") carry: python benchmarks/codes.py AUDIO [CLIPS].

AUDIO is a folder with speech/ and noise/, whose test parts are read. The same clips are denoised with the
codes as they are and with codes that say less: not quantised at all, all alike, of other frames, by chance.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import numpy as np
import pandas as pd
import torch
import typer
from benchbox_unets.quantizer import Quantized, VectorQuantizer
from benchbox_unets.vqunet import SHIPPED, VQUNet
from torch import Tensor, nn

from benchbox.cli import in_one_line
from benchbox.interfaces import Corpus, Metric, Noise
from benchbox.mixing import make_mixture
from benchbox.plan.ingredients import choose
from benchbox.records import Entry, Mixture, Spec
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.results.clusters import clusters_of
from benchbox.results.statistics import clustered_bootstrap

SNR_DB = 5.0
OWN = "as they are"
MEASURES = {"si_sdr": "si_sdr", "stoi": "stoi", "pesq": "pesq_nb"}
Change: TypeAlias = Callable[[Tensor, Tensor], Tensor]


class Meddling(nn.Module):
    """A quantiser whose message is changed on its way to the decoder, and written down as it was."""

    def __init__(self, quantizer: VectorQuantizer, change: Change) -> None:
        super().__init__()
        self.quantizer, self.change = quantizer, change
        self.sent: list[Tensor] = []

    def forward(self, encoded: Tensor) -> Quantized:
        quantized = self.quantizer(encoded)
        self.sent.append(quantized.indices)
        return Quantized(self.change(quantized.latent, encoded), quantized.indices, quantized.loss)


def changes(codebook: Tensor) -> Mapping[str, Change]:
    """Return what to make of (latent, encoded), [batch, channel, frequency, frame] each, by name."""
    dice = torch.Generator().manual_seed(0)

    def by_chance(latent: Tensor, _: Tensor) -> Tensor:
        drawn = torch.randint(len(codebook), (latent.shape[0], *latent.shape[2:]), generator=dice)
        return codebook[drawn].permute(0, 3, 1, 2)

    return {
        OWN: lambda latent, _: latent,
        "not quantised": lambda _, encoded: encoded,
        "all alike (the mean code)": lambda latent, _: codebook.mean(0)[:, None, None].expand_as(latent),
        "of other frames": lambda latent, _: latent[..., torch.randperm(latent.shape[-1], generator=dice)],
        "by chance": by_chance,
    }


def mixtures(audio: Path, clips: int) -> Iterator[tuple[str, Entry, Mixture]]:
    registry = discover()
    corpus = build(Corpus, Spec("folder", {"path": str(audio / "speech")}), registry)
    for noise, options in {"white": {}, "recorded": {"path": str(audio / "noise")}}.items():
        model = build(Noise, Spec(noise, options), registry)
        for entry in choose(corpus.entries("test"), clips, seed=0):
            speech = corpus.load(entry)
            yield (
                noise,
                entry,
                make_mixture(
                    corpus, speech, model, SNR_DB, noise_name=noise, seed=0, split="test", definition="rms"
                ),
            )


def main(audio: Path, clips: Annotated[int, typer.Argument(min=2)] = 24) -> None:
    torch.set_num_threads(1)
    registry = discover()
    metrics = [build(Metric, Spec(name), registry) for name in MEASURES]
    denoiser = VQUNet(preset="pretrained", device="cpu")
    denoiser.load(SHIPPED[8000])
    network: Any = denoiser._network  # what nobody else needs to see of a denoiser
    backbone = network.backbone
    quantizer = backbone.quantizer
    rows: list[dict[str, Any]] = []
    codes: list[Tensor] = []
    seconds = 0.0
    for noise, entry, mixture in mixtures(audio, clips):
        references = [metric.prepare(mixture.clean, mixture.sample_rate) for metric in metrics]
        for name, change in changes(quantizer.codebook).items():
            backbone.quantizer = meddling = Meddling(quantizer, change)
            estimate = denoiser.denoise(mixture.noisy, mixture.sample_rate)
            row: dict[str, Any] = {
                "noise": noise,
                "codes": name,
                "recording": entry.recording,
                "speaker": entry.speaker,
            }
            for metric, reference in zip(metrics, references, strict=True):
                row |= metric.score(reference, estimate)
            rows.append(row)
        codes += meddling.sent
        seconds += mixture.noisy.size / mixture.sample_rate
        print(f"{len(rows)} rows", file=sys.stderr)
    print_bits(torch.cat(codes), len(quantizer.codebook), seconds)
    print_table(pd.DataFrame(rows))


def print_bits(codes: Tensor, size: int, seconds: float) -> None:
    share = np.bincount(codes.numpy(), minlength=size) / codes.numel()
    bits = -float(np.sum(share * np.log2(np.maximum(share, 1e-12))))
    rate = codes.numel() / seconds
    print(f"{rate:.0f} codes/s of {bits:.2f} bits (of {np.log2(size):.0f}): {rate * bits:.0f} bit/s;")
    print(f"{np.count_nonzero(share)} of {size} codes used, perplexity {2**bits:.0f}\n")


def print_table(rows: pd.DataFrame) -> None:
    """Print each measure's mean, and its difference to the codes as they are with its interval."""
    print(f"| noise | codes | {' | '.join(MEASURES.values())} |\n|{'---|' * (2 + len(MEASURES))}")
    for (noise, name), part in rows.groupby(["noise", "codes"], sort=False):
        own = rows[(rows.noise == noise) & (rows.codes == OWN)]
        cells = []
        for measure in MEASURES.values():
            scores = part[measure].to_numpy()
            change = clustered_bootstrap(scores - own[measure].to_numpy(), clusters_of(part))
            cells.append(f"{scores.mean():.3f}")
            if name != OWN:
                cells[-1] += f" ({change.mean:+.3f} [{change.low:+.3f}, {change.high:+.3f}])"
        print(f"| {noise} | {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    in_one_line(partial(typer.run, main))
