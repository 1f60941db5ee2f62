"""Multiply-accumulates of what torch does, with what was counted and what was not."""

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_MOVING = frozenset(
    {
        "_to_copy",
        "arange",
        "cat",
        "clone",
        "constant_pad_nd",
        "copy",
        "copy_",
        "embedding",
        "empty",
        "fill_",
        "full",
        "gather",
        "index",
        "index_select",
        "lift_fresh",
        "new_empty",
        "new_zeros",
        "ones",
        "replication_pad2d",
        "roll",
        "scalar_tensor",
        "stack",
        "zeros",
    }
)
"""Operations that only move numbers; views are known to torch itself."""


@dataclass(frozen=True)
class Macs:
    """Multiply-accumulates: matrix products, convolutions and recurrent layers, and Fourier transforms."""

    network: float
    transforms: float
    """1.25 N log2 N for a transform of N real samples (radix 2, Cooley & Tukey 1965)."""
    coverage: str
    """The operations that were counted, and those that were not: element-wise ones, sums ..."""


def count_macs(action: Callable[[], object]) -> Macs | None:
    """Count what `action` does in torch, in this thread; None if it does nothing there."""
    if "torch" not in sys.modules:
        return None
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils.flop_counter import FlopCounterMode

    seen: set[str] = set()

    class Witness(TorchDispatchMode):  # type: ignore[no-untyped-call]
        """Note what the counter, which takes composite operations apart, lets through."""

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if not func.is_view:
                seen.add(func.overloadpacket.__name__)
            return func(*args, **(kwargs or {}))

    witness = Witness()  # type: ignore[no-untyped-call]
    aten = torch.ops.aten
    transforms = {aten._fft_r2c: _real_fft, aten._fft_c2r: _real_fft, aten._fft_c2c: _complex_fft}
    # torch's own table leaves out the LSTM of its CPU library.
    recurrent = {aten.mkldnn_rnn_layer: _recurrent}
    with witness, FlopCounterMode(display=False, custom_mapping={**transforms, **recurrent}) as counter:
        action()
    if not seen:
        return None
    flops: Mapping[Any, float] = counter.get_flop_counts().get("Global", {})
    counted = {operation.__name__ for operation in flops}
    # A multiply-accumulate is two operations.
    in_transforms = sum(count for operation, count in flops.items() if operation in transforms) / 2
    return Macs(
        network=sum(flops.values()) / 2 - in_transforms,
        transforms=in_transforms,
        coverage=f"counted {_names(counted)}; not counted {_names(seen - counted - _MOVING)}",
    )


def _names(operations: set[str]) -> str:
    return ", ".join(sorted({name.strip("_") for name in operations})) or "nothing"


# Operations from the shapes of an operator's arguments, as FlopCounterMode wants them.


def _real_fft(
    shape: Sequence[int], dims: Sequence[int], *_: Any, out_shape: Sequence[int], **__: Any
) -> float:
    real = max(shape, out_shape, key=math.prod)
    points = math.prod(real[dim] for dim in dims)
    return 2.5 * math.prod(real) * math.log2(points)


def _complex_fft(
    shape: Sequence[int], dims: Sequence[int], *_: Any, out_shape: Sequence[int], **__: Any
) -> float:
    return 2 * _real_fft(shape, dims, out_shape=out_shape)


def _recurrent(
    inputs: Sequence[int], of_input: Sequence[int], of_state: Sequence[int], *_: Any, **__: Any
) -> int:
    """Two operations for each weight, time step and sequence; `inputs` is [time, batch, feature]."""
    return 2 * math.prod(inputs[:2]) * (math.prod(of_input) + math.prod(of_state))
