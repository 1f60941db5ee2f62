"""A look over the installation: machine, libraries, plugins, and the metrics against known rows."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from benchbox.checks.calibration import Row, rows
from benchbox.errors import BadCorpus, MissingExtra
from benchbox.hookspecs import INTERFACES
from benchbox.records import Spec
from benchbox.registry.discovery import DISTRIBUTION, SINGULAR, Plugin, Registry, discover
from benchbox.registry.options import build, options_of

LEAST_FREE_GB = 1.0
"""A run keeps sounds and checkpoints; a cluster of them fills what is left."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    state: str
    problem: str | None = None


@dataclass(frozen=True)
class Examination:
    """What `benchbox doctor` found."""

    machine: Sequence[Finding]
    libraries: Sequence[Finding]
    plugins: Sequence[Finding]
    metrics: Sequence[Row]

    @property
    def problems(self) -> list[str]:
        """Name everything that is off, one line each."""
        found = [
            f"{finding.subject}: {finding.problem}"
            for finding in (*self.machine, *self.libraries, *self.plugins)
            if finding.problem
        ]
        return [*found, *(f"metric {row.metric}: {row.problem}" for row in self.metrics if row.problem)]


def examine() -> Examination:
    """Look at everything; what is off becomes a finding, whatever it raises."""
    registry = discover()
    metrics = [
        Spec(plugin.name)
        for plugin in registry.plugins["metrics"].values()
        if not _trouble(plugin, registry) and not _needs_options(plugin)
    ]
    return Examination(
        machine=list(_machine()),
        libraries=list(_libraries()),
        plugins=list(_plugins(registry)),
        metrics=[row for metric in metrics for row in rows(metric, registry)],
    )


def _machine() -> Iterator[Finding]:
    yield Finding("python", f"{platform.python_version()}, {sys.executable}")
    yield Finding("system", f"{platform.platform()}, {platform.machine()}")
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Finding("cores", f"{usable} of {os.cpu_count()}")
    yield _torch()
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    short = None if free >= LEAST_FREE_GB else f"{free:.2f} GB free here: a run needs {LEAST_FREE_GB:g} GB"
    yield Finding("free disk", f"{free:.1f} GB in {Path.cwd()}", short)
    if (subset := os.environ.get("BENCHBOX_LOAD_PLUGINS")) is not None:
        yield Finding("plugins loaded", f"only {subset or 'none'} (BENCHBOX_LOAD_PLUGINS)")


def _torch() -> Finding:
    try:
        import torch
    # Broken wheels raise OSError, and worse.
    except Exception as error:
        return Finding("torch", "cannot be imported", _one_line(error))
    count = torch.get_num_threads()
    threads = f"{count} thread{'s' * (count > 1)} here, 1 in each worker of a run"
    devices = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return Finding("device", f"{', '.join(devices) or 'cpu alone, no cuda'}; {threads}")


def _libraries() -> Iterator[Finding]:
    """Yield benchbox and all that it requires."""
    try:
        needed = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        yield Finding(
            DISTRIBUTION, "not installed", "run from source without `pip install`: no plugin is found"
        )
        return
    names = [re.split(r"[^\w.-]", need, maxsplit=1)[0] for need in needed if ";" not in need]
    for name in (DISTRIBUTION, *sorted(names)):
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            yield Finding(name, "missing", f"not installed, and benchbox needs it: pip install {name}")


def _plugins(registry: Registry) -> Iterator[Finding]:
    """Yield each distribution's names by kind, then what cannot be used and why."""
    everything = [plugin for plugins in registry.plugins.values() for plugin in plugins.values()]
    for distribution in dict.fromkeys(plugin.distribution for plugin in everything):
        for kind in SINGULAR:
            brought = [
                plugin for plugin in everything if (plugin.distribution, plugin.kind) == (distribution, kind)
            ]
            if brought:
                names = ", ".join(sorted(plugin.name for plugin in brought))
                yield Finding(f"{distribution} {brought[0].version} {kind}", names)
    for kind, word in SINGULAR.items():
        if not registry.plugins[kind]:
            yield Finding(kind, "none", f"no {word} is installed: install benchbox again")
    for point, reason in registry.broken.items():
        yield Finding(f"plugin {point}", "left out", reason)
    for lost in registry.left_out:
        yield Finding(str(lost.plugin), "left out", lost.reason)
    yield from filter(None, (_trouble(plugin, registry) for plugin in everything))


def _trouble(plugin: Plugin, registry: Registry) -> Finding | None:
    """Build a plugin as its defaults have it, if they do; return what comes in the way.

    An optional package that is not installed is worth a note; anything else is a problem.
    """
    try:
        if not _needs_options(plugin):
            build(INTERFACES[plugin.kind], Spec(plugin.name), registry)
    # One that has no required option may still want one of several.
    except BadCorpus:
        return None
    except MissingExtra as absent:
        return Finding(f"{SINGULAR[plugin.kind]} {plugin.name}", f"not usable: {absent}")
    except Exception as error:
        return Finding(f"{SINGULAR[plugin.kind]} {plugin.name}", "broken", _one_line(error))
    return None


def _needs_options(plugin: Plugin) -> bool:
    return any(option.default == "required" for option in options_of(plugin.factory))


def _one_line(error: Exception) -> str:
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"
