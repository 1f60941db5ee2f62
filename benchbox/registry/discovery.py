"""Entry points -> Registry: every installed plugin by name, and what is left out with its reason."""

import importlib.util
import inspect
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from benchbox import hookspecs
from benchbox.errors import BadPlugin, UnknownName, did_you_mean
from benchbox.registry.identity import source_digest

DISTRIBUTION = "benchbox-speech"
"""The distribution that this package and the first-party plugins belong to; `benchbox` is another one."""
SINGULAR = {"denoisers": "denoiser", "noises": "noise", "metrics": "metric", "corpora": "corpus"}
"""Kind of plugin -> the word for one of them, in the order users meet them."""


@dataclass(frozen=True)
class Plugin:
    """One registered name and the factory behind it."""

    kind: str
    name: str
    factory: Callable[..., Any]
    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{SINGULAR[self.kind]} {self.name!r} of {self.distribution}"

    @property
    def identity(self) -> str:
        """Name the code that will run: distribution, version and a digest of the source.

        The digest is there for the author who edits a denoiser without raising its version: stale rows
        would hide the very change the benchmark is to measure.
        """
        return f"{self.distribution} {self.version} {self.name} {source_digest(self.factory)}"


@dataclass(frozen=True)
class LeftOut:
    """One name that cannot be used, while the plugin's others can."""

    plugin: Plugin
    reason: str


@dataclass(frozen=True)
class Registry:
    """What is installed."""

    plugins: Mapping[str, Mapping[str, Plugin]]
    """Kind -> name -> plugin."""
    broken: Mapping[str, str] = field(default_factory=dict)
    """Entry point -> why nothing that it registers can be used."""
    left_out: Sequence[LeftOut] = ()
    """Single names that cannot be used: taken by another plugin, or registered for an abstract class."""

    @property
    def warnings(self) -> list[str]:
        """Say in one line each what is left out, why, and what to do about it."""
        return [
            *(f"plugin {point!r} is left out: {reason}" for point, reason in self.broken.items()),
            *(f"{lost.plugin} is left out: {lost.reason}" for lost in self.left_out),
        ]

    def find(self, kind: str, name: str) -> Plugin:
        """Return the plugin of that name.

        Raises:
            UnknownName: none is installed; says which are, and which were broken.
            BadPlugin: the one of that name is left out; says why.
        """
        known = self.plugins[kind]
        if name in known:
            return known[name]
        for lost in self.left_out:
            if (lost.plugin.kind, lost.plugin.name) == (kind, name):
                raise BadPlugin(f"{lost.plugin} cannot be used: {lost.reason}")
        error = UnknownName(SINGULAR[kind], name, known)
        if self.broken:
            error.args = (f"{error} (left out as broken: {', '.join(self.broken)})",)
        raise error


def discover() -> Registry:
    """Load every entry point of the group `benchbox`; isolate those that fail.

    The environment variable BENCHBOX_LOAD_PLUGINS names the entry points to load, separated by commas;
    empty loads none.
    """
    found: Iterable[EntryPoint] = entry_points(group=hookspecs.GROUP)
    subset = os.environ.get("BENCHBOX_LOAD_PLUGINS")
    if subset is not None:
        wanted = {name.strip() for name in subset.split(",")}
        found = [point for point in found if point.name in wanted]
    return load(found)


def load(found: Iterable[EntryPoint]) -> Registry:
    """Build a Registry from entry points.

    A name belongs to whoever registers it first: the first-party plugins, then the others by the name of
    their entry point. A later one loses that name and keeps its others.
    """
    plugins: dict[str, dict[str, Plugin]] = {kind: {} for kind in SINGULAR}
    broken: dict[str, str] = {}
    left_out: list[LeftOut] = []
    for point in sorted(found, key=_precedence):
        try:
            registered = _registrations(point)
        # A plugin is a stranger's code: whatever it raises must not take the others down with it.
        except (Exception, SystemExit) as error:
            # Two distributions may give their entry points one name.
            label = point.name if point.name not in broken else f"{point.name} of {_distribution(point)[0]}"
            broken[label] = _reason(error, point)
            continue
        for plugin in registered:
            holder = plugins[plugin.kind].get(plugin.name)
            if reason := _missing_methods(plugin) or _taken(plugin, holder, point):
                left_out.append(LeftOut(plugin, reason))
            elif holder is None:
                plugins[plugin.kind][plugin.name] = plugin
    return Registry(plugins, broken, left_out)


def _precedence(point: EntryPoint) -> tuple[bool, str, str]:
    distribution, _ = _distribution(point)
    return distribution != DISTRIBUTION, point.name, distribution


def _distribution(point: EntryPoint) -> tuple[str, str]:
    """Return the name and the version of what a plugin came with."""
    metadata = point.dist.metadata if point.dist else None
    return (metadata["Name"], metadata["Version"]) if metadata else (point.value, "unknown")


def _registrations(point: EntryPoint) -> list[Plugin]:
    # One manager a plugin: its registrations are known to be its own, and a misspelt hook is its alone.
    manager = pluggy.PluginManager(hookspecs.GROUP)
    manager.add_hookspecs(hookspecs)
    module = point.load()
    _check_hooks(module, point, manager)
    manager.register(module, name=point.name)
    # Once: it is parsed anew whenever it is asked for.
    distribution, version = _distribution(point)
    plugins: list[Plugin] = []

    def register_for(kind: str) -> hookspecs.Register:
        def register(name: str, factory: Callable[..., object]) -> None:
            if not (callable(factory) and name.isidentifier() and name == name.lower()):
                raise BadPlugin(
                    f"register({name!r}, {factory!r}): wants a lowercase_name and a class or function"
                )
            plugins.append(Plugin(kind, name, factory, distribution, version))

        return register

    for kind in SINGULAR:
        getattr(manager.hook, f"register_{kind}")(register=register_for(kind))
    if not plugins:
        raise BadPlugin("it registers nothing: its hooks never call register(name, factory)")
    return plugins


def _check_hooks(module: object, point: EntryPoint, manager: pluggy.PluginManager) -> None:
    """Refuse a plugin of which a hook would never be called.

    Raises:
        BadPlugin: a hook is not marked as one, has an unknown name, or there is none.
    """
    hooks = [f"register_{kind}" for kind in SINGULAR]
    marked = [name for name in dir(module) if manager.parse_hookimpl_opts(module, name) is not None]
    for name in marked:
        if name not in hooks:
            raise BadPlugin(f"unknown hook {name!r}{did_you_mean(name, hooks)}")
    for name in hooks:
        if name not in marked and callable(getattr(module, name, None)):
            raise BadPlugin(f"{name} is not marked: write @hookimpl above it (benchbox.hookspecs.hookimpl)")
    if not marked:
        raise BadPlugin(
            f"it registers nothing: {point.value} has no function marked with @hookimpl; "
            f"hooks: {', '.join(hooks)}"
        )


def _missing_methods(plugin: Plugin) -> str | None:
    if not inspect.isabstract(plugin.factory):
        return None
    missing = ", ".join(sorted(getattr(plugin.factory, "__abstractmethods__", ())))
    return f"its class {plugin.factory.__name__} lacks {missing} (see benchbox.interfaces)"


def _taken(plugin: Plugin, holder: Plugin | None, point: EntryPoint) -> str | None:
    # Of one distribution that is installed twice, nothing is lost.
    if holder is None or holder.factory is plugin.factory:
        return None
    choice = f"rename it in {point.value}"
    if holder.distribution != plugin.distribution:
        choice += ", or name the plugins to load without the other one in BENCHBOX_LOAD_PLUGINS"
    return f"{holder.distribution} has registered that name; {choice}"


def _reason(error: BaseException, point: EntryPoint) -> str:
    """Say in one line why a plugin cannot be loaded."""
    if isinstance(error, BadPlugin):
        return str(error)
    if isinstance(error, ModuleNotFoundError) and error.name:
        needed = error.name.partition(".")[0]
        if needed != point.module.partition(".")[0] and not _importable(needed):
            return f"it needs the module {needed!r}, which is not installed: pip install {needed}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # Of what pluggy says about a wrong signature, the last line tells.
    kept = lines if isinstance(error, pluggy.PluginValidationError) else lines[:1]
    return f"{type(error).__name__}: {'; '.join(kept)}"


def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    # Its entry in sys.modules says that it is not to be found.
    except ValueError:
        return False
