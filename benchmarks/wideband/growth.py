"""Start the 16 kHz network from the 8 kHz one: below 4 kHz it does what that does."""

import torch
from benchbox_unets.network import Network
from torch import Tensor


def from_narrow_band(narrow: dict[str, Tensor], wide: Network) -> None:
    """Fill `wide` with the weights of the 8 kHz network.

    At twice the rate a window and a hop of twice the samples give the same frames and frequencies, and
    convolutions do not care how many rows there are. Only folding differs: in the upper half a row holds
    more frequencies, which at first are seen, and changed, as the old kernels stretched to that many.
    """
    fold, treble_fold = wide.config.fold, wide.config.treble_fold
    factor = treble_fold // fold
    weights: dict[str, Tensor] = {}
    for name, weight in narrow.items():
        module, _, parameter = name.rpartition(".")
        if module not in ("backbone.inward", "backbone.outward"):
            weights[name] = weight
            continue
        weights[f"{module}.bass.{parameter}"] = weight
        if parameter == "weight":
            weight = torch.repeat_interleave(weight, factor, dim=2)
            # As many more frequencies are added up inwards.
            weight = weight / factor if module.endswith("inward") else weight
        weights[f"{module}.treble.{parameter}"] = weight
    wide.load_state_dict(weights)
