"""A Python file -> its module, with what lies beside it."""

import importlib.util
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

from benchbox.errors import BadOption, BadPlugin
from benchbox.registry.identity import CORE, locate
from benchbox.registry.plugin import why_failed
from benchbox.registry.source import read_source

_LOADED: dict[Path, tuple[ModuleType, dict[Path, object]]] = {}
"""File -> its module, and the states of the files that it was made of."""


def file_module(place: str) -> ModuleType:
    """Return the module of a file; anew when it, or one beside it that it imports, was edited.

    Raises:
        BadOption: there is no such file.
        BadPlugin: it cannot be imported, or gets another module than the one beside it.
    """
    path = Path(place).expanduser()
    if not path.is_file():
        raise BadOption(f"{place} does not exist: check the path, relative ones start at {Path.cwd()}")
    path = path.resolve()
    module, states = _LOADED.get(path, (None, {}))
    if module is None or any(_state(file) != state for file, state in states.items()):
        _forget(path.parent, states.keys() - {path})
        module = _loaded(path)
        _LOADED[path] = module, {file: _state(file) for file in _check_beside(path)}
    return module


def _state(file: Path) -> object:
    with suppress(OSError):
        state = file.stat()
        return state.st_mtime_ns, state.st_size
    return None


def _forget(folder: Path, files: Iterable[Path]) -> None:
    """Have the modules of these files imported anew, with the packages that they belong to."""
    tops = {file.relative_to(folder).parts[0].removesuffix(".py") for file in files}
    for name in [name for name in sys.modules if name.partition(".")[0] in tops]:
        del sys.modules[name]
    importlib.invalidate_caches()


def _loaded(path: Path) -> ModuleType:
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
    return module


def _line(error: BaseException, path: Path) -> str:
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f" (line {lines[-1]})" if lines else ""


def _check_beside(path: Path) -> list[Path]:
    """Return a file and those beside it that it imports; refuse one that gets others: somebody else's code.

    What is imported later, within functions or by the modules beside it, counts as well.

    Raises:
        BadPlugin: a module of that name was imported before, or would be, from elsewhere.
    """
    files, seen = [path], {CORE}
    for file in files:
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
            files += [one for one in (single, *folder.rglob("*.py")) if own and one.is_file()]
    return files
