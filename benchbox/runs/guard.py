"""State of the process that plugins share: put back as it was before the next plugin runs."""

import locale
import os
import random
import signal
import sys
import warnings
from collections.abc import Callable
from operator import is_
from typing import Any

import numpy as np

_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGHUP", "SIGPIPE", "SIGCHLD")
    if hasattr(signal, name)
)
_SHARED_MODULES = (
    "benchbox",
    "builtins",
    "math",
    "numpy",
    "os",
    "pickle",
    "pystoi",
    "random",
    "scipy.fft",
    "scipy.ndimage",
    "scipy.signal",
    "soxr",
    "time",
    "torch",
    "torch.nn.functional",
)
"""Of which functions are put back: `benchbox` and all below it, the others as they are named."""


class Guard:
    """Remembers the state of this process, and restores what a plugin has changed of it.

    Covered: working directory, environment, locale, signal handlers, timers, standard streams and their
    descriptors, warning filters, numpy's error state, the global random states of Python, numpy and torch,
    torch's threads, default type and gradient mode, and functions of the modules below that a plugin
    replaces. Not covered: other modules, and attributes of classes and other objects.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}
        self._functions: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self._loaded = 0
        # Copies to put back from, numbered beyond those that a plugin is likely to close.
        self._descriptors = {number: _copy_of(number) for number in (0, 1, 2)}
        self.restore()

    def restore(self) -> None:
        """Put back what differs; what is there for the first time (torch was imported) is remembered."""
        self._restore_descriptors()
        for name, (read, write) in self._states().items():
            now = read()
            if name not in self._kept:
                self._kept[name] = now
            elif not _equal(now, self._kept[name]):
                write(self._kept[name])
        self._restore_functions()

    def _restore_descriptors(self) -> None:
        for number, copy in self._descriptors.items():
            if _file_of(number) != _file_of(copy):
                os.dup2(copy, number)

    def _restore_functions(self) -> None:
        if len(sys.modules) != self._loaded:
            self._loaded = len(sys.modules)
            for name in filter(_shared, sys.modules):
                if name not in self._functions:
                    content = vars(sys.modules[name])
                    functions = {key: value for key, value in content.items() if callable(value)}
                    self._functions[name] = content, functions
        for content, functions in self._functions.values():
            # This loop runs in C: there are thousands of functions, and it is done before each plugin.
            if not all(map(is_, map(content.get, functions), functions.values())):
                content.update(functions)

    def _states(self) -> dict[str, tuple[Callable[[], Any], Callable[[Any], object]]]:
        return {**_STATES, **(_torch_states() if "torch" in sys.modules else {})}


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(np.array_equal(one, other)) if isinstance(one, np.ndarray) else bool(one == other)


def _shared(module: str) -> bool:
    return module in _SHARED_MODULES or module.startswith("benchbox.")


def _copy_of(descriptor: int) -> int:
    if sys.platform == "win32":
        return os.dup(descriptor)
    import fcntl

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 100)


def _file_of(descriptor: int) -> tuple[int, int] | None:
    try:
        status = os.fstat(descriptor)
    except OSError:  # it was closed
        return None
    return status.st_dev, status.st_ino


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


def _timer() -> bool:
    return hasattr(signal, "getitimer") and signal.getitimer(signal.ITIMER_REAL)[0] > 0


def _stop_timer(_: bool) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)


def _set_streams(kept: tuple[Any, ...]) -> None:
    sys.stdin, sys.stdout, sys.stderr = kept


def _set_filters(kept: tuple[Any, ...]) -> None:
    warnings.filters[:] = kept  # type: ignore[index]  # typeshed says sequence, it is the list itself


_STATES: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "folder": (_folder, os.chdir),
    "environment": (lambda: dict(os.environ), _set_environment),
    "locale": (lambda: locale.setlocale(locale.LC_ALL), lambda kept: locale.setlocale(locale.LC_ALL, kept)),
    "signals": (lambda: tuple(map(signal.getsignal, _SIGNALS)), _set_signals),
    "blocked signals": (
        lambda: signal.pthread_sigmask(signal.SIG_BLOCK, ()) if hasattr(signal, "pthread_sigmask") else (),
        lambda kept: signal.pthread_sigmask(signal.SIG_SETMASK, kept),
    ),
    "timer": (_timer, _stop_timer),
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
