"""Factories of denoisers, good and bad, and a registry of them."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from benchbox.errors import BadOption
from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox.registry.discovery import Plugin, Registry


class Gain(Denoiser):
    """Turn the volume."""

    def __init__(
        self,
        factor: Annotated[float, Field(gt=0, description="linear gain")] = 1.0,
        mode: Literal["soft", "hard"] = "soft",
        bands: Sequence[int] = (1, 2),
    ) -> None:
        self.factor, self.mode, self.bands = factor, mode, bands

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return noisy * self.factor


def needy(path: str) -> Gain:
    return Gain()


def liar() -> str:
    return "not a denoiser"


class Half(Denoiser):
    pass


def half() -> Denoiser:
    return Half()  # type: ignore[abstract]


def unequipped() -> Denoiser:
    import a_module_that_is_not_there  # type: ignore[import-not-found]

    return a_module_that_is_not_there.denoiser()


def torn() -> Denoiser:
    raise OSError("no weights\nanywhere")


def leaving() -> Denoiser:
    sys.exit(0)


def picky() -> Denoiser:
    raise BadOption("picky wants a Tuesday")


def filed(path: Path) -> Gain:
    """Takes a path."""
    return Gain()


FACTORIES: dict[str, Callable[..., Any]] = {
    "gain": Gain,
    "needy": needy,
    "liar": liar,
    "half": half,
    "unequipped": unequipped,
    "torn": torn,
    "leaving": leaving,
    "picky": picky,
    "filed": filed,
}


REGISTRY = Registry(
    {
        "denoisers": {
            name: Plugin("denoisers", name, factory, "test", "1") for name, factory in FACTORIES.items()
        },
        "noises": {},
        "metrics": {},
        "corpora": {},
    }
)
