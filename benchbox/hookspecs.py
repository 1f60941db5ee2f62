"""The four doors a plugin can enter by.

Each hook receives `register(name, factory)`. A factory is a class or function whose typed constructor
parameters are the plugin's options; nothing is built and nothing heavy may be imported when it is listed.
"""

from collections.abc import Callable
from typing import Protocol

import pluggy

from benchbox.interfaces import Corpus, Denoiser, Metric, Noise

GROUP = "benchbox"

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


class Register(Protocol):
    def __call__(self, name: str, factory: Callable[..., object]) -> None: ...


@hookspec
def register_denoisers(register: Register) -> None:
    """Call `register(name, factory)` for each `Denoiser`."""


@hookspec
def register_noises(register: Register) -> None:
    """Call `register(name, factory)` for each `NoiseModel` or `Degradation`."""


@hookspec
def register_metrics(register: Register) -> None:
    """Call `register(name, factory)` for each `Metric`."""


@hookspec
def register_corpora(register: Register) -> None:
    """Call `register(name, factory)` for each `Corpus`."""


INTERFACES: dict[str, type] = {
    "denoisers": Denoiser,
    "noises": Noise,
    "metrics": Metric,
    "corpora": Corpus,
}
"""Kind of plugin -> what its factories must build."""
