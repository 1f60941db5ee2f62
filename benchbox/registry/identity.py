"""The identity of a plugin's code: digests of the modules that decide what it does.

What counts
    The module of the factory and all that it imports, directly or not, within its own top-level package,
    within `benchbox`, and within source that no installer has put there (an editable installation, a helper
    beside the plugin): it lies outside site-packages, and no *.dist-info lies beside it. Imports inside
    functions count. Where such a module imports by a computed name, its whole package counts. So do the other
    files of the plugin's package: weights, tables, compiled modules.

What does not
    Comments, docstrings, formatting, the descriptions of options, imports for type checkers, and hooks (a
    plugin that is registered beside this one changes nothing); *.md, *.rst, *.pyi and trained_on.npz; the
    modules in `CONTRACT`, which describe rather than compute. Other installed distributions and the standard
    library: `libraries` names the former with their versions. What a plugin reads from elsewhere as it runs.

Limits
    A module is the smallest unit: two denoisers in one file change together. Values bound into a factory (by
    `functools.partial`, or in a closure) count where they are plain data. Trees are written down without what
    differs between Python versions, but a version may parse one text into another tree.
"""

import hashlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchbox.registry.source import file_digest, read_source

CORE = "benchbox"
CONTRACT = frozenset(
    {CORE, *(f"{CORE}.{name}" for name in ("errors", "files", "hookspecs", "interfaces", "records"))}
)
"""Modules of the core that every plugin imports and no estimate depends on."""
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_NOT_DATA = frozenset({".py", ".pyc", ".pyi", ".md", ".rst"})
_NO_WEIGHTS = "trained_on.npz"
"""Says what weights were trained on, and decides none."""


def source_digest(factory: Callable[..., Any]) -> str:
    """Return 12 hex digits for the code behind a factory."""
    digests = code_digests(factory)
    return _digest(sorted(digests.items())) if digests else "no-source"


def code_digests(factory: Callable[..., Any]) -> dict[str, str]:
    """Return file -> digest for all that counts; files are named as `package/module.py`."""
    return dict(_examine(factory).digests)


def libraries(factory: Callable[..., Any]) -> dict[str, str]:
    """Return distribution -> version of what that code imports and `code_digests` does not count."""
    owners = packages_distributions()
    found = {owner for name in _examine(factory).outside for owner in owners.get(name, ())}
    return {name: version(name) for name in sorted(found)}


def why_anew(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """Say why what was made from `old` does not serve for `new`; None where nothing differs.

    Both map what decides a training, in words ("code", "seed", "training noises"), to its value. That of
    "code" is what `code_digests` returns: the files that differ are named.

    >>> why_anew({"code": {"nets/unet.py": "1a"}, "seed": 0}, {"code": {"nets/unet.py": "2b"}, "seed": 1})
    'its code (nets/unet.py) and seed changed'
    """
    changed = [
        f"code ({_changed_files(old.get(part) or {}, value)})" if part == "code" else part
        for part, value in new.items()
        if old.get(part) != value
    ]
    return f"its {' and '.join(changed)} changed" if changed else None


def _changed_files(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    files = sorted(file for file in {*old, *new} if old.get(file) != new.get(file))
    return ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")


# --------------------------------------------------------------------------------- the code behind a factory


@dataclass(frozen=True)
class _Examined:
    digests: Mapping[str, str]
    outside: frozenset[str]
    """Top-level modules that are imported but not followed."""


@cache
def _examine(factory: Callable[..., Any]) -> _Examined:
    made, bound = _unbound(factory)
    module: str = made.__module__
    top = module.partition(".")[0]
    # Made inside of a function, which may be a hook: then hooks count.
    keep_hooks = made is not factory or "<locals>" in getattr(made, "__qualname__", "<locals>")
    digests = {"(bound values)": _digest(bound)} if bound else {}
    outside: set[str] = set()
    waiting, seen = [module], {module}
    while waiting:
        name = waiting.pop()
        package = name.partition(".")[0]
        if name in CONTRACT:
            continue
        if package in outside or not (package in (top, CORE) or _is_worked_on(package)):
            outside.add(package)
            continue
        spec = locate(name)
        if spec is None or spec.origin is None or not Path(spec.origin).is_file():
            continue
        is_package = spec.submodule_search_locations is not None
        source = read_source(
            Path(spec.origin), name, is_package=is_package, keep_hooks=keep_hooks and package == top
        )
        digests[_file_name(spec)] = source.digest
        needed = {*source.imports, *_parents(name)}
        if source.computes_imports and package != CORE:
            needed |= set(_modules(package))
        waiting += needed - seen
        seen |= needed
    return _Examined({**digests, **_data(top)}, frozenset(outside - sys.stdlib_module_names))


def _unbound(factory: Callable[..., Any]) -> tuple[Any, list[Any]]:
    """Return the function or class that a factory stands for, and the values bound to it."""
    bound: list[Any] = []
    made: Any = factory
    while isinstance(made, partial):
        bound += [made.args, made.keywords]
        made = made.func
    made = inspect.unwrap(made)
    cells = getattr(made, "__closure__", None) or ()
    bound += [cell.cell_contents for cell in cells]
    return made if hasattr(made, "__module__") else type(made), bound


def _is_worked_on(package: str) -> bool:
    """Say whether a top-level module is somebody's source rather than an installed library."""
    spec = None if package in sys.stdlib_module_names else locate(package)
    if spec is None:
        return False
    if spec.submodule_search_locations is None:
        places = [spec.origin] if spec.has_location and spec.origin else []
    else:
        places = list(spec.submodule_search_locations)
    return not all(_is_installed(Path(place).parent) for place in places)


@cache
def _is_installed(folder: Path) -> bool:
    return bool(_INSTALLED & set(folder.parts)) or next(folder.glob("*.dist-info"), None) is not None


def locate(name: str) -> ModuleSpec | None:
    """Find a module without importing anything, its packages included."""
    top, *rest = name.split(".")
    try:
        spec = find_spec(top)
    # Some entries of sys.modules have no spec: __main__, what a test put there.
    except (ImportError, ValueError):
        return None
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        # By its last name: by its whole one, a folder without __init__.py wants its package imported.
        found = PathFinder.find_spec(part, list(spec.submodule_search_locations))
        if found is not None:
            found.name = f"{spec.name}.{part}"
        spec = found
    return spec


def _file_name(spec: ModuleSpec) -> str:
    file = Path(spec.origin or "")
    parts = spec.name.split(".")
    return "/".join([*parts[:-1], *([parts[-1]] if file.stem == "__init__" else []), file.name])


def _parents(name: str) -> Iterator[str]:
    """Yield the packages that are imported with a module."""
    while name := name.rpartition(".")[0]:
        yield name


def _files(package: str) -> Iterator[tuple[str, Path]]:
    """Yield the files of a package, each with its name as `package/file`."""
    spec = locate(package)
    for place in (spec and spec.submodule_search_locations) or ():
        for file in sorted(Path(place).rglob("*")):
            inside = file.relative_to(place)
            if file.is_file() and not any(part.startswith((".", "__pycache__")) for part in inside.parts):
                yield f"{package}/{inside.as_posix()}", file


def _modules(package: str) -> Iterator[str]:
    for name, file in _files(package):
        if file.suffix == ".py":
            yield name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _data(package: str) -> dict[str, str]:
    return {name: file_digest(file) for name, file in _files(package) if _decides(file)}


def _decides(file: Path) -> bool:
    return file.suffix not in _NOT_DATA and file.name != _NO_WEIGHTS


def _digest(value: Any) -> str:
    # Of what is no plain data, the type: an address in memory differs from process to process.
    text = json.dumps(value, sort_keys=True, default=lambda other: type(other).__qualname__)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
