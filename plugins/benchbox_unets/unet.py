"""The plain U-Net: VQ-U-Net-SE with the quantiser taken out, and nothing else."""

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
    PresetOption,
    Seconds,
    Stages,
    Steps,
    configure,
)


class UNet(SpectrogramDenoiser):
    """U-Net with squeeze and excitation, on spectrograms; trained on the suite's corpus and noises.

    Options left at none are the preset's.
    """

    def __init__(
        self,
        preset: PresetOption = "fast",
        channels: Channels = None,
        stages: Stages = None,
        se: SE = None,
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
            part=part,
            loss=loss,
            steps=steps,
            batch=batch,
            seconds=seconds,
            learning_rate=learning_rate,
            pieces=pieces,
            codes=0,
        )
        super().__init__(config, device)
