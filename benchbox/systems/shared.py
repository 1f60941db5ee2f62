"""Trained systems that run folders share: what was trained once with the same identity is copied.

They lie below the user's cache folder, or where BENCHBOX_CACHE says; where that is set to nothing, there are
none. The weights depend on the processor and on the versions of the libraries that the denoiser imports, and
so does a system's name there.
"""

import hashlib
import os
import platform
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from benchbox.errors import BenchboxError
from benchbox.files import atomic
from benchbox.records import System
from benchbox.registry.discovery import Registry
from benchbox.registry.identity import libraries
from benchbox.systems.system import Trained, read_trained, training_facts

_PROCESSOR = re.compile(r"model name\s*:\s*(.+)")


@dataclass(frozen=True)
class Shared:
    """A trained system in the cache."""

    path: Path
    trained: Trained | None
    """None where it is damaged."""
    size: int
    """Bytes."""


def shared_folder() -> Path | None:
    """Return where shared systems lie; None where nothing is to be shared."""
    given = os.environ.get("BENCHBOX_CACHE")
    if given == "":
        return None
    return (Path(given).expanduser() if given else user_cache_path("benchbox")) / "trained_systems"


def fetch_shared(system: System, systems: Path, registry: Registry) -> bool:
    """Copy a system that was trained before to its place below `systems`; say whether there was one."""
    kept = _place(system, registry)
    if kept is None or not (kept / "trained.json").is_file():
        return False
    try:
        read_trained(kept)
    except BenchboxError:  # It is trained, and kept, again.
        shutil.rmtree(kept, ignore_errors=True)
        return False
    with suppress(BenchboxError, OSError):
        target = systems / system.folder
        shutil.rmtree(target, ignore_errors=True)
        with atomic(target) as temporary:
            shutil.copytree(kept, temporary)
        return training_facts(system, systems) is not None
    return False


def keep_shared(system: System, systems: Path, registry: Registry) -> None:
    """Copy a system that is trained to the cache; what cannot be written there is not kept."""
    place = _place(system, registry)
    source = systems / system.folder
    if place is None or place.exists() or not (source / "trained.json").is_file():
        return
    with suppress(OSError), atomic(place) as temporary:
        # Without what only an unfinished training needs, and without locks.
        shutil.copytree(source, temporary, ignore=shutil.ignore_patterns("state.pt", ".*"))


def shared_systems() -> Iterator[Shared]:
    """Give what is in the cache, the latest first."""
    folder = shared_folder()
    found = folder.glob("[!.]*/trained.json") if folder else ()
    for file in sorted(found, key=lambda file: file.stat().st_mtime, reverse=True):
        trained = None
        with suppress(BenchboxError):
            trained = read_trained(file.parent)
        size = sum(each.stat().st_size for each in file.parent.rglob("*") if each.is_file())
        yield Shared(file.parent, trained, size)


def clear_shared() -> int:
    """Delete everything in the cache; return how many systems that were."""
    count = len(list(shared_systems()))
    if folder := shared_folder():
        shutil.rmtree(folder, ignore_errors=True)
    return count


def _place(system: System, registry: Registry) -> Path | None:
    folder = shared_folder()
    return folder / f"{system.folder}-{_made_with(system, registry)}" if folder else None


def _made_with(system: System, registry: Registry) -> str:
    versions = libraries(registry.find("denoisers", system.spec.name).factory)
    text = f"{system.identity} {versions} {platform.machine()} {_processor()}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _processor() -> str:
    with suppress(OSError):
        if found := _PROCESSOR.search(Path("/proc/cpuinfo").read_text(errors="replace")):
            return found.group(1)
    return platform.processor()
