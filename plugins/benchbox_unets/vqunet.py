"""VQ-U-Net-SE: a U-Net whose bottleneck speaks in the codes of a learned codebook."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from benchbox.records import Samples
from benchbox_unets.denoiser import SpectrogramDenoiser
from benchbox_unets.options import (
    SE,
    Batch,
    Channels,
    Device,
    LearningRate,
    Loss,
    PartOption,
    Pieces,
    Seconds,
    Stages,
    Steps,
    by_preset,
    configure,
)
from benchbox_unets.presets import PRESETS, WIDEBAND, Preset, Shipped

SHIPPED = {8000: Path(__file__).parent / "pretrained", 16000: Path(__file__).parent / "pretrained16k"}
"""Sample rate -> weights, and the card that says where they come from."""
DIGESTS = {
    8000: {
        "config.json": "3cd2a64e2a72923e78c3a4feb3544bc9438a1dd58639cd41f3783f140b5dc142",
        "model.safetensors": "ade203ef19a562c71b4e7b7743a5f63d33573ad980cf5d68019e3246b256f704",
    },
    16000: {
        "config.json": "b3896e1ccbe1ac3c71edc12cc870ce3810964d550aafe7e8328009494e5a9829",
        "model.safetensors": "c2fccb3f120370049ea6e296bd15a76c08cfc0cd4d3d289bbc4ac099c9006f6d",
    },
}
"""SHA-256 of what is read there. Here, in the code: other weights are another version of this denoiser."""
STREAMING = Path(__file__).parent / "streaming16k"
"""Weights for live audio at 16 kHz; they learnt from the recordings that those of SHIPPED[16000] did."""
STREAMING_DIGESTS = {
    "config.json": "93bcbdc4df7940b7ca2fc7f3f521037c23b4677ccb9f0d8d6ee0369dd69e1618",
    "model.safetensors": "d4244181fddd7fbfa2c91c2c8a261e9ac6ff68266fa71ed006319547d89ec229",
}


class VQUNet(SpectrogramDenoiser):
    """VQ-U-Net-SE (Rocha and Fernandes, UFPE), trained on the suite's corpus and noises.

    Options left at none are the preset's.
    """

    def __init__(
        self,
        preset: Annotated[
            Preset | Shipped,
            Field(
                description="fast trains in two minutes on one core; large is wider and trains for an hour; "
                f"pretrained is large with {PRESETS['pretrained'].channels} channels and our weights; "
                "streaming hears nothing ahead and comes with our weights, for live audio at 16 kHz; "
                "paper is VQ-U-Net-SE as published (use a GPU)"
            ),
        ] = "fast",
        channels: Channels = None,
        stages: Stages = None,
        se: SE = None,
        codes: Annotated[
            int | None,
            Field(
                ge=1,
                le=65536,
                description=f"size of the codebook; {by_preset(lambda preset: preset.codes)}",
            ),
        ] = None,
        code_dim: Annotated[
            int | None,
            Field(
                ge=1, le=1024, description=f"length of a code; {by_preset(lambda preset: preset.code_dim)}"
            ),
        ] = None,
        beta: Annotated[
            float | None,
            Field(
                ge=0, description=f"weight of the commitment term; {by_preset(lambda preset: preset.beta)}"
            ),
        ] = None,
        codebook: Annotated[
            Literal["ema", "gradient"] | None,
            Field(
                description="codes follow averages and dead ones are revived, or the paper's gradients; "
                + by_preset(lambda preset: preset.codebook)
            ),
        ] = None,
        quantizer: Annotated[
            Literal["position", "flattened"] | None,
            Field(
                description="a code for each position, or the notebook's runs of flattened activations; "
                + by_preset(lambda preset: preset.quantizer)
            ),
        ] = None,
        loss_weights: Annotated[
            Literal["eq20", "swapped"] | None,
            Field(
                description="beta on the commitment term, or the notebook's on the codebook term; "
                + by_preset(lambda preset: preset.loss_weights)
            ),
        ] = None,
        part: PartOption = None,
        loss: Loss = None,
        steps: Steps = None,
        batch: Batch = None,
        seconds: Seconds = None,
        learning_rate: LearningRate = None,
        pieces: Pieces = None,
        device: Device = "auto",
    ) -> None:
        config = configure(
            preset,
            se,
            channels=channels,
            stages=stages,
            codes=codes,
            code_dim=code_dim,
            beta=beta,
            codebook=codebook,
            quantizer=quantizer,
            loss_weights=loss_weights,
            part=part,
            loss=loss,
            steps=steps,
            batch=batch,
            seconds=seconds,
            learning_rate=learning_rate,
            pieces=pieces,
        )
        super().__init__(config, device)
        self._wide: SpectrogramDenoiser | None = None
        """With the weights for 16 kHz and more."""
        if preset == "streaming":
            self.needs_training = False
            self.sample_rates = (config.sample_rate,)
            self._shipped, self._digests = STREAMING, STREAMING_DIGESTS
        if preset == "pretrained":
            self.needs_training = False
            self.sample_rates = tuple(SHIPPED)
            self._shipped, self._digests = SHIPPED[8000], DIGESTS[8000]
            self._wide = SpectrogramDenoiser(replace(WIDEBAND, pieces=config.pieces), device)
            self._wide._shipped, self._wide._digests = SHIPPED[16000], DIGESTS[16000]

    def trained_on(self, sample_rate: int) -> Sequence[Path]:
        if self.needs_training:
            return ()
        if self.config.causal:
            return [SHIPPED[16000] / "trained_on.npz"]
        # Those of 16 kHz began as those of 8 kHz.
        return [
            folder / "trained_on.npz"
            for rate, folder in SHIPPED.items()
            if rate == 8000 or sample_rate >= 16000
        ]

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        if self._wide is not None and sample_rate != 8000 and sample_rate in self.sample_rates:
            return self._wide.denoise(noisy, sample_rate)
        return super().denoise(noisy, sample_rate)

    def export(self, path: Path, sample_rate: int, *, spectra: bool) -> None:
        if self._wide is not None and sample_rate != 8000 and sample_rate in self.sample_rates:
            self._wide.export(path, sample_rate, spectra=spectra)
        else:
            super().export(path, sample_rate, spectra=spectra)
