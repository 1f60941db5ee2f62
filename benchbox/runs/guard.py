"""State of the process that plugins share: put back as it was before the next plugin runs."""

import locale
import os
import random
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Guard:
    """Remembers the state of this process, and restores what a plugin has changed of it.

    Covered: working directory, environment, locale, signal handlers, standard streams, warning filters,
    numpy's error state, the global random states of Python, numpy and torch, torch's threads, default type
    and gradient mode. Not covered: functions of other modules that a plugin replaces.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}
        self.restore()

    def restore(self) -> None:
        """Put back what differs; what is there for the first time (torch was imported) is remembered."""
        for name, (read, write) in self._states().items():
            now = read()
            if name not in self._kept:
                self._kept[name] = now
            elif not _equal(now, self._kept[name]):
                write(self._kept[name])

    def _states(self) -> dict[str, tuple[Callable[[], Any], Callable[[Any], object]]]:
        return {**_STATES, **(_torch_states() if "torch" in sys.modules else {})}


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(np.array_equal(one, other)) if isinstance(one, np.ndarray) else bool(one == other)


def _folder() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109 - Path.cwd() is ten times slower, and this runs before each plugin
    except OSError:  # it was deleted
        return None


def _set_environment(kept: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(kept)


def _set_signals(kept: tuple[Any, ...]) -> None:
    for number, handler in zip(_SIGNALS, kept, strict=True):
        if handler is not None:
            signal.signal(number, handler)


def _set_streams(kept: tuple[Any, ...]) -> None:
    sys.stdin, sys.stdout, sys.stderr = kept


def _set_filters(kept: tuple[Any, ...]) -> None:
    warnings.filters[:] = kept  # type: ignore[index]  # typeshed says sequence, it is the list itself


_STATES: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "folder": (_folder, os.chdir),
    "environment": (lambda: dict(os.environ), _set_environment),
    "locale": (lambda: locale.setlocale(locale.LC_ALL), lambda kept: locale.setlocale(locale.LC_ALL, kept)),
    "signals": (lambda: tuple(map(signal.getsignal, _SIGNALS)), _set_signals),
    "streams": (lambda: (sys.stdin, sys.stdout, sys.stderr), _set_streams),
    "warnings": (lambda: tuple(warnings.filters), _set_filters),
    "numpy errors": (np.geterr, lambda kept: np.seterr(**kept)),
    "random": (random.getstate, random.setstate),
    "numpy random": (lambda: np.random.get_state(legacy=True), np.random.set_state),  # noqa: NPY002
}


def _torch_states() -> dict[str, tuple[Callable[[], Any], Callable[[Any], object]]]:
    import torch

    return {
        "torch random": (
            lambda: torch.get_rng_state().numpy(),
            lambda kept: torch.set_rng_state(torch.from_numpy(kept)),
        ),
        "torch threads": (torch.get_num_threads, torch.set_num_threads),
        "torch type": (torch.get_default_dtype, torch.set_default_dtype),
        "torch gradients": (torch.is_grad_enabled, torch.set_grad_enabled),
        "torch determinism": (
            torch.are_deterministic_algorithms_enabled,
            lambda kept: torch.use_deterministic_algorithms(kept),
        ),
    }
