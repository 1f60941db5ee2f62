"""The options that `unet` and `vqunet` share; None leaves each to the preset."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field

from benchbox.errors import BadOption
from benchbox_unets.presets import PRESETS, Config, Part, Preset, Shipped


def by_preset(value: Callable[[Config], object]) -> str:
    """Return what each preset that can be trained chooses, for an option's description."""
    chosen = {name: value(PRESETS[name]) for name in get_args(Preset)}
    if len(set(chosen.values())) == 1:
        return f"every preset: {next(iter(chosen.values()))}"
    return ", ".join(f"{name}: {choice}" for name, choice in chosen.items())


PresetOption: TypeAlias = Annotated[
    Preset,
    Field(
        description="fast trains in two minutes on one core; large is wider and trains for an hour; "
        "paper is VQ-U-Net-SE as published (use a GPU)"
    ),
]
Channels: TypeAlias = Annotated[
    int | None,
    Field(
        ge=1,
        le=512,
        description="width of the first stage; it doubles with each further one; "
        + by_preset(lambda preset: preset.channels),
    ),
]
Stages: TypeAlias = Annotated[
    int | None,
    Field(
        ge=1,
        le=5,
        description=f"how often the maps are halved; {by_preset(lambda preset: preset.stages)}",
    ),
]
SE: TypeAlias = Annotated[
    bool | None,
    Field(
        description="squeeze and excitation in every stage; "
        + by_preset(lambda preset: bool(preset.se_reduction))
    ),
]
PartOption: TypeAlias = Annotated[
    Part | None,
    Field(
        description="what of the spectrum is seen and changed; real is the paper's, the other half is lost; "
        + by_preset(lambda preset: preset.part)
    ),
]
Loss: TypeAlias = Annotated[
    Literal["loudness", "si_sdr", "spectral", "mse_l1"] | None,
    Field(
        description="spectral compares compressed spectra, si_sdr adds SI-SDR to that, loudness adds PESQ's "
        f"disturbance to both; mse_l1 is the paper's; {by_preset(lambda preset: preset.loss)}"
    ),
]
Pieces: TypeAlias = Annotated[
    Literal["seamless", "crossfaded", "joined"] | None,
    Field(
        description="long audio in chunks as if in one pass, in overlapping pieces, or in the paper's "
        f"one-second pieces with their seams; {by_preset(lambda preset: preset.pieces)}"
    ),
]
Steps: TypeAlias = Annotated[
    int | None, Field(ge=1, description=f"training steps; {by_preset(lambda preset: preset.steps)}")
]
Batch: TypeAlias = Annotated[
    int | None, Field(ge=1, description=f"excerpts a step; {by_preset(lambda preset: preset.batch)}")
]
Seconds: TypeAlias = Annotated[
    float | None,
    Field(
        gt=0, le=60, description=f"length of a training excerpt; {by_preset(lambda preset: preset.seconds)}"
    ),
]
LearningRate: TypeAlias = Annotated[
    float | None,
    Field(gt=0, le=1, description=f"highest learning rate; {by_preset(lambda preset: preset.learning_rate)}"),
]
Device: TypeAlias = Annotated[
    Literal["auto", "cpu", "cuda"], Field(description="auto: a GPU where there is one")
]


def configure(preset: Preset | Shipped, se: bool | None, **choices: Any) -> Config:
    """Return the preset with the choices that were made.

    Raises:
        BadOption: the choices exclude each other.
    """
    made = {name: choice for name, choice in choices.items() if choice is not None}
    free = ["device"] if preset == "streaming" else ["pieces", "device"]  # a stream is never cut
    fixed = sorted({*made, *(["se"] if se is not None else [])} - {*free})
    if preset in get_args(Shipped) and fixed:
        raise BadOption(
            f"preset={preset!r} brings its weights: {', '.join(fixed)} cannot be chosen any more; "
            f"valid beside it: {', '.join(free)}; to train with your own options: preset='large'"
        )
    config = replace(PRESETS[preset], **made)
    if se is not None:
        config = replace(config, se_reduction=(config.se_reduction or 16) if se else 0)
    if config.part == "mel" and config.scaling == "standardised":
        raise BadOption(
            "preset='paper' predicts values, which part='mel' cannot be turned back from; choose another part"
        )
    endless = config.align == "resize" or (config.se_reduction and not config.se_seconds)
    if config.pieces == "seamless" and endless:
        raise BadOption(
            f"pieces='seamless' wants a network that looks only so far, and preset={preset!r} averages over "
            "all there is; valid: crossfaded, joined; or choose preset='large'"
        )
    if config.loss_weights == "swapped" and config.codebook == "ema":
        raise BadOption(
            "loss_weights='swapped' weighs the codebook term, which codebook='ema' has none of: "
            "add codebook='gradient', or leave it out"
        )
    return config
