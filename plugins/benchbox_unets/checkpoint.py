"""A trained system's files: what they ask for is checked before anything is made as large as that."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchbox.errors import BadRun
from benchbox.files import as_record, read_json
from benchbox_unets.presets import Config

if TYPE_CHECKING:
    from benchbox_unets.network import Network

CONFIG, MODEL = "config.json", "model.safetensors"

_RANGES: Mapping[str, tuple[float, float]] = {
    "window": (2, 2**16),
    "hop": (1, 2**16),
    "channels": (1, 512),
    "stages": (1, 5),
    "fold": (1, 1024),
    "treble_fold": (0, 1024),
    "dropout": (0, 1),
    "se_reduction": (0, 1024),
    "se_seconds": (0, 60),
    "codes": (0, 2**16),
    "code_dim": (1, 4096),
    "seconds": (0.01, 60),
    "piece_seconds": (0.01, 3600),
    "sample_rate": (1000, 768_000),
}
"""What a network can be made of in reasonable time, whatever its size."""

_MOST_WEIGHTS = 2**30


def save(network: "Network", folder: Path) -> None:
    """Write a network's configuration and weights."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: weight.contiguous().cpu() for name, weight in network.state_dict().items()}
    save_file(weights, folder / MODEL)
    (folder / CONFIG).write_text(json.dumps(asdict(network.config), indent=2) + "\n")


def load(folder: Path) -> "Network":
    """Return the network that `save` wrote.

    Raises:
        BadRun: a file is missing or damaged, or asks for what no such network has.
    """
    import torch
    from safetensors import SafetensorError, safe_open
    from safetensors.torch import load_file

    from benchbox_unets.network import Network

    try:
        config = _config(folder / CONFIG)
        with torch.device("meta"):  # shapes alone
            expected = {
                name: list(weight.shape)
                for name, weight in Network(config, config.sample_rate).state_dict().items()
            }
        if (count := sum(map(math.prod, expected.values()))) > _MOST_WEIGHTS:
            raise BadRun(f"{folder / CONFIG} asks for {count} weights, at most {_MOST_WEIGHTS} are read")
        with safe_open(folder / MODEL, framework="pt") as file:
            found = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118 - no dict
        _compare(expected, found)
        network = Network(config, config.sample_rate)
        network.load_state_dict(load_file(folder / MODEL))
    except (OSError, ValueError, TypeError, ArithmeticError, RuntimeError, SafetensorError) as error:
        raise BadRun(str(error).partition("\n")[0]) from None
    return network


def _config(path: Path) -> Config:
    config = as_record(read_json(path), Config, path)
    for name, (least, most) in _RANGES.items():
        if not least <= getattr(config, name) <= most:
            raise BadRun(f"{path}: {name} = {getattr(config, name)}, valid: {least} to {most}")
    if config.hop > config.window:
        raise BadRun(f"{path}: hop = {config.hop}, valid: 1 to window, {config.window}")
    return config


def _compare(expected: Mapping[str, list[int]], found: Mapping[str, list[int]]) -> None:
    """Refuse weights that are not those of the configuration."""
    for name in {**expected, **found}:
        if expected.get(name) != found.get(name):
            raise BadRun(
                f"{name} has the shape {found.get(name, 'of nothing')} in {MODEL}, "
                f"{CONFIG} wants {expected.get(name, 'none')}"
            )
