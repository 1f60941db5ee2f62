"""`my_denoiser.py:denoise`, `package.module:Gate`: a plugin that is named by where its code lies.

Classes of the four interfaces are plugins as they are. A function `f(noisy, sample_rate, ...) -> estimate`,
or a class whose objects are called like that, is a denoiser: its other parameters are the options, and an
attribute `sample_rates` of it says which rates it takes.
"""

import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache, update_wrapper
from hashlib import sha256
from importlib.metadata import packages_distributions, version
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Any

from benchbox.errors import BadOption, BadPlugin, did_you_mean
from benchbox.hookspecs import INTERFACES
from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox.registry.identity import CORE, locate
from benchbox.registry.plugin import SINGULAR, Plugin, why_failed
from benchbox.registry.source import read_source


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
    module = _file_module(place) if _is_file(place) else _module(place)
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


def _file_module(place: str) -> ModuleType:
    path = Path(place).expanduser()
    if not path.is_file():
        raise BadOption(f"{place} does not exist: check the path, relative ones start at {Path.cwd()}")
    path, state = path.resolve(), path.stat()
    return _loaded(path, state.st_mtime_ns, state.st_size)


@cache
def _loaded(path: Path, modified: int, size: int) -> ModuleType:
    """Import a file under a name of its own; what lies beside it can be imported from it."""
    name = f"{path.stem}_{sha256(os.fsencode(path)).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadOption(f"{path} is no Python file: a reference is file.py:name")
    module = importlib.util.module_from_spec(spec)
    folder = str(path.parent)
    # First while the file is read, as for a script; last afterwards: it must not hide what others import.
    sys.path.insert(0, folder)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        _check_beside(path)
        raise BadPlugin(f"{path.name} cannot be imported{_line(error, path)}: {why_failed(error)}") from error
    finally:
        sys.path.remove(folder)
        if folder not in sys.path:
            sys.path.append(folder)
    _check_beside(path)
    return module


def _line(error: BaseException, path: Path) -> str:
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f" (line {lines[-1]})" if lines else ""


def _check_beside(path: Path) -> None:
    """Refuse a file that gets another module than the one beside it: that would be somebody else's code.

    What is imported later, within functions or by the modules beside it, counts as well.

    Raises:
        BadPlugin: a module of that name was imported before, or would be, from elsewhere.
    """
    waiting, seen = [path], {CORE}
    while waiting:
        file = waiting.pop()
        is_package = file.stem == "__init__"
        parts = file.relative_to(path.parent).with_suffix("").parts
        imports = read_source(
            file, ".".join(parts[: -1 if is_package else None]), is_package=is_package
        ).imports
        for needed in {one.partition(".")[0] for one in imports} - seen:
            seen.add(needed)
            single, folder = path.parent / f"{needed}.py", path.parent / needed
            package = folder / "__init__.py"
            if not (single.is_file() or folder.is_dir()) or (spec := locate(needed)) is None:
                continue
            # A folder without __init__.py gives way to any module of its name, wherever that lies.
            used, own = spec.origin, [one for one in (single, package) if one.is_file()]
            if used is None:
                used, own = next(iter(spec.submodule_search_locations or ()), None), [folder]
            if used and own and Path(used).resolve() not in own:
                raise BadPlugin(
                    f"{file.name} imports {needed}, and got {used}, not the one beside it: rename that"
                )
            waiting += [one for one in (single, *folder.rglob("*.py")) if own and one.is_file()]


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
