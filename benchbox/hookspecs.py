"""The four hooks by which a plugin registers what it brings.

Each is called once whenever the installed plugins are looked up: by every command that needs one, by
`benchbox list` and in every worker process. So nothing heavy may be imported in a hook or at the top of the
modules that it imports; what is registered is built later, and only if it is used.

A hook receives `register(name, factory)`. The name is a lowercase identifier, the factory a class or function
whose typed parameters are the plugin's options. A factory is called in the process that plans a run, to
learn what it is, and again in each worker that uses it.
"""

from collections.abc import Callable
from typing import Protocol

import pluggy

from benchbox.interfaces import Corpus, Denoiser, Metric, Noise

GROUP = "benchbox"
"""The group of entry points in which plugins are looked for."""

CONTRACT = 1
"""Version of what plugins and benchbox expect of each other: it changes when a plugin must be changed.

A plugin says which one it was built for by `BENCHBOX_CONTRACT = 1` beside its hooks.
"""

hookspec = pluggy.HookspecMarker(GROUP)
"""Marks the functions below."""
hookimpl = pluggy.HookimplMarker(GROUP)
"""Marks a plugin's functions as hooks: without it they are not called."""


class Register(Protocol):
    """What a hook is given."""

    def __call__(self, name: str, factory: Callable[..., object]) -> None:
        """Offer a plugin under a name.

        Raises:
            BadPlugin: the name is no lowercase identifier, or the factory cannot be called.
        """


@hookspec
def register_denoisers(register: Register) -> None:
    """Call `register(name, factory)` for each `Denoiser`: what `--denoisers` may name.

    Factories are called when a run is planned, for each system that is trained or scored, and by `benchbox
    denoise`.
    """


@hookspec
def register_noises(register: Register) -> None:
    """Call `register(name, factory)` for each `NoiseModel` or `Degradation`: what `--noises` may name.

    Factories are called when a run is planned, where mixtures are made, and where a training draws examples.
    """


@hookspec
def register_metrics(register: Register) -> None:
    """Call `register(name, factory)` for each `Metric`: what `--metrics` may name.

    Factories are called when a run is planned, where estimates are scored, and by `benchbox doctor`.
    """


@hookspec
def register_corpora(register: Register) -> None:
    """Call `register(name, factory)` for each `Corpus`: what `--corpus` may name.

    Factories are called when a run is planned, where utterances are loaded, and where a training draws
    examples.
    """


INTERFACES: dict[str, type] = {
    "denoisers": Denoiser,
    "noises": Noise,
    "metrics": Metric,
    "corpora": Corpus,
}
"""Kind of plugin -> what its factories must build."""
