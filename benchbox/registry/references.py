"""`my_denoiser.py:denoise`, `package.module:Gate`: a plugin that is named by where its code lies.

Classes of the four interfaces are plugins as they are. A function `f(noisy, sample_rate, ...) -> estimate`,
or a class whose objects are called like that, is a denoiser: its other parameters are the options, and an
attribute `sample_rates` of it says which rates it takes.
"""

import importlib
import inspect
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache, update_wrapper
from importlib.metadata import packages_distributions, version
from pathlib import Path
from types import ModuleType
from typing import Any

from benchbox.errors import BadOption, BadPlugin, did_you_mean
from benchbox.hookspecs import INTERFACES
from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox.registry.importing import file_module
from benchbox.registry.plugin import SINGULAR, Plugin, why_failed


def is_reference(name: str) -> bool:
    """Say whether a name is `file.py:name` or `module:name` rather than that of an installed plugin."""
    return ":" in name


def normal(name: str) -> str:
    """Return a reference with its path as it is seen from the working directory, other names as they are."""
    place, colon, attribute = name.rpartition(":")
    if not (colon and _is_file(place)):
        return name
    path = os.path.normpath(Path(place).expanduser())
    with suppress(ValueError):  # another drive
        path = os.path.relpath(path) if Path(path).is_absolute() else path
    return f"{Path(path).as_posix()}:{attribute}"


def plugin_at(kind: str, reference: str) -> Plugin:
    """Return what a reference names, as a plugin of this kind.

    Raises:
        BadOption: there is no such file, module or name in it.
        BadPlugin: it cannot be imported, or is something else.
    """
    place, _, attribute = reference.rpartition(":")
    module = file_module(place) if _is_file(place) else _module(place)
    found = getattr(module, attribute, None)
    if found is None:
        names = [name for name, value in vars(module).items() if callable(value) and name[0] != "_"]
        raise BadOption(f"{place} has no {attribute!r}{did_you_mean(attribute, names)}")
    factory = _factory(kind, reference, found)
    owners = [] if _is_file(place) else packages_distributions().get(place.partition(".")[0], [])
    return Plugin(
        kind, reference, factory, owners[0] if owners else place, version(owners[0]) if owners else ""
    )


def kinds_at(reference: str) -> list[str]:
    """Return the kinds of plugin that a reference can be used as.

    Raises:
        BadOption, BadPlugin: as `plugin_at`, where it is not one of any kind.
    """
    refusal: BadPlugin | None = None
    kinds = []
    for kind in SINGULAR:
        try:
            plugin_at(kind, reference)
        except BadPlugin as error:
            refusal = refusal or error
        else:
            kinds.append(kind)
    if refusal and not kinds:
        raise refusal
    return kinds


# ------------------------------------------------------------------------------------- from name to module


def _is_file(place: str) -> bool:
    return place.endswith(".py") or "/" in place or "\\" in place


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    # A stranger's code: whatever it raises, in one line.
    except (Exception, SystemExit) as error:
        lacking = isinstance(error, ModuleNotFoundError) and error.name in (name, name.partition(".")[0])
        if not lacking:
            raise BadPlugin(f"{name} cannot be imported: {why_failed(error)}") from error
    hint = "to name a file, write its path: folder/file.py:name"
    if (beside := Path(f"{name.replace('.', '/')}.py")).is_file():
        hint = f"the file is named with its suffix: {beside.as_posix()}:name"
    raise BadOption(f"no module {name!r} can be imported; {hint}")


# ------------------------------------------------------------------------------------ from object to plugin


def _factory(kind: str, reference: str, found: Any) -> Callable[..., Any]:
    for other, interface in INTERFACES.items():
        if inspect.isclass(found) and issubclass(found, interface):
            if other != kind:
                raise BadPlugin(f"{reference} is a {SINGULAR[other]}, not a {SINGULAR[kind]}")
            if inspect.isabstract(found):
                missing = ", ".join(sorted(getattr(found, "__abstractmethods__", ())))
                raise BadPlugin(f"{reference} lacks {missing} (see benchbox.interfaces)")
            return found
    wanted = f"a class of benchbox.interfaces.{INTERFACES[kind].__name__}"
    if kind == "denoisers":
        wanted += ", a function f(noisy, sample_rate), or a class whose objects are called so"
        is_class = inspect.isclass(found)
        if is_class and any("__call__" in vars(base) for base in found.__mro__):
            return _of_class(found)
        if callable(found) and not is_class:
            return _of_function(found, reference)
    raise BadPlugin(f"{reference} is a {type(found).__name__}; a {SINGULAR[kind]} is {wanted}")


class Called(Denoiser):
    """A denoiser made of a function `f(noisy, sample_rate) -> estimate`."""

    def __init__(self, function: Callable[..., Samples], options: dict[str, Any]) -> None:
        self._function, self._options = function, options
        self.sample_rates = tuple(getattr(function, "sample_rates", ()))

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return self._function(noisy, sample_rate, **self._options)


@cache
def _of_function(function: Callable[..., Samples], reference: str) -> Callable[..., Denoiser]:
    """Return a factory whose options are what the function takes besides the audio and its rate."""
    signature = inspect.signature(function)
    audio, options = [*signature.parameters.values()][:2], [*signature.parameters.values()][2:]
    if len(audio) < 2 or any(one.kind in (one.KEYWORD_ONLY, one.VAR_KEYWORD) for one in audio):
        raise BadPlugin(f"{reference}{signature}: wants (noisy, sample_rate, ...) -> estimate")

    def make(**given: Any) -> Denoiser:
        return Called(function, given)

    update_wrapper(make, function)
    make.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[one.replace(kind=one.KEYWORD_ONLY) for one in options]
    )
    return make


@cache
def _of_class(made: Callable[..., Any]) -> Callable[..., Denoiser]:
    def make(**given: Any) -> Denoiser:
        return Called(made(**given), {})

    update_wrapper(make, made, updated=())
    make.__signature__ = inspect.signature(made)  # type: ignore[attr-defined]
    return make
