"""What a preset decides, down to the last number; plain values, no torch."""

import math
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

POWER = 0.3
"""Compression: about how loudness grows with pressure, so that quiet and loud parts matter alike."""
QUIET = 1e-4
"""Magnitudes below this, relative to the whole, have no compressed phase worth learning."""
SILENT = 1e-8
"""No level of a spectrum is lower: digital silence."""

Part: TypeAlias = Literal["complex", "real", "magnitude", "mel"]
Preset: TypeAlias = Literal["fast", "paper", "large"]
Shipped: TypeAlias = Literal["pretrained", "streaming"]


@dataclass(frozen=True)
class Config:
    """A whole system: spectrogram, network, quantiser and training."""

    # The spectrogram
    window: int
    hop: int
    part: Part
    """What of the spectrum the network sees, and changes."""
    scaling: Literal["compressed", "standardised"]
    """Compressed to the power of 0.3 at unit level, predicting a mask; or the paper's, predicting values."""

    # The network
    channels: int
    """Width of the first stage; each further one is twice as wide."""
    stages: int
    """How often the maps are halved."""
    fold: int
    align: Literal["pad", "resize"]
    dropout: float
    se_reduction: int
    """0 leaves squeeze and excitation out."""
    se_seconds: float
    """How much time squeeze and excitation averages over, centred on each frame; 0: all there is."""

    # The quantiser
    codes: int
    """0 leaves it out: the plain U-Net."""
    code_dim: int
    beta: float
    codebook: Literal["ema", "gradient"]
    quantizer: Literal["position", "flattened"]
    loss_weights: Literal["eq20", "swapped"]

    # The training
    loss: Literal["loudness", "si_sdr", "spectral", "mse_l1"]
    optimizer: Literal["muon", "adamw"]
    steps: int
    batch: int
    seconds: float
    learning_rate: float
    schedule: Literal["cosine", "plateau"]
    warmup: int
    clip: float
    validate_every: int
    precision: Literal["auto", "float32"]
    """"auto" trains in bfloat16 where the processor multiplies faster in it."""

    # The use
    pieces: Literal["seamless", "crossfaded", "joined"]
    """Long audio as if in one pass; in pieces that overlap by a second; or in the paper's, of `seconds`."""
    piece_seconds: float
    """What is worked on at once, but for "joined"; the real parts of the paper are found for the whole."""

    # The rate
    sample_rate: int = 8000
    treble_fold: int = 0
    """How many neighbouring frequencies are folded in the upper half of the band; 0: `fold`, as below."""

    # Live audio
    causal: bool = False
    """Nothing looks ahead of the frame it works on; levels and averages are those of the past."""
    memory_seconds: float = 1.5
    """How far back they go: the time constant of their decay."""

    @property
    def decay(self) -> float:
        """How much less a frame counts in them than the next one."""
        return math.exp(-self.hop / self.sample_rate / self.memory_seconds)

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(self.channels * 2**stage for stage in range(self.stages + 1))


PAPER = Config(
    window=519,
    hop=31,
    part="real",
    scaling="standardised",
    channels=64,
    stages=4,
    fold=1,
    align="resize",
    dropout=0.1,
    se_reduction=16,
    se_seconds=0.0,
    codes=512,
    code_dim=64,
    beta=0.25,
    codebook="gradient",
    quantizer="position",
    loss_weights="eq20",
    loss="mse_l1",
    optimizer="adamw",
    # 81 % of 4,586 excerpts in batches of 16, 20 times over.
    steps=4640,
    batch=16,
    seconds=1.0,
    learning_rate=4e-3,
    schedule="plateau",
    warmup=0,
    clip=0.0,
    validate_every=232,
    precision="float32",
    pieces="crossfaded",
    piece_seconds=8.0,
)
"""VQ-U-Net-SE as published (D. Rocha, F. Fernandes; numbers the text leaves open: its public notebook)."""

FAST = Config(
    window=512,
    hop=128,
    part="complex",
    scaling="compressed",
    channels=32,
    stages=2,
    fold=8,
    align="pad",
    dropout=0.0,
    se_reduction=8,
    se_seconds=0.0,
    codes=512,
    code_dim=64,
    beta=0.25,
    codebook="ema",
    quantizer="position",
    loss_weights="eq20",
    loss="loudness",
    optimizer="muon",
    steps=2000,
    batch=4,
    seconds=1.0,
    learning_rate=3e-3,
    schedule="cosine",
    warmup=50,
    clip=1.0,
    validate_every=200,
    precision="auto",
    pieces="crossfaded",
    piece_seconds=30.0,
)
"""What two minutes on one core are best spent on; chosen on training speakers held out."""

LARGE = replace(FAST, channels=48, seconds=1.5, steps=15_000, se_seconds=3.0, pieces="seamless")
"""For patience: about an hour on one core."""

PRETRAINED = replace(LARGE, channels=64, steps=31_000, learning_rate=2e-3, warmup=500, validate_every=500)
"""Of the weights that come along; its training is the last of three rounds (benchmarks/pretrained.py)."""

WIDEBAND = replace(PRETRAINED, window=1024, hop=256, sample_rate=16000, treble_fold=32)
"""The same at 16 kHz: frequencies and frames as at 8 kHz, and coarser rows above 4 kHz."""

STREAMING = replace(
    WIDEBAND, window=512, hop=256, channels=32, fold=4, treble_fold=16, seconds=3.0, causal=True
)
"""For live audio at 16 kHz: it waits for a window of 32 ms and for nothing else."""

PRESETS: dict[Preset | Shipped, Config] = {
    "fast": FAST,
    "paper": PAPER,
    "large": LARGE,
    "pretrained": PRETRAINED,
    "streaming": STREAMING,
}
