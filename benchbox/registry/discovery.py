"""Entry points -> Registry: every installed plugin by name, and every broken one with its reason."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from benchbox import hookspecs
from benchbox.errors import BadPlugin, UnknownName
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

    @property
    def identity(self) -> str:
        """Name the code that will run: distribution, version and a digest of the source.

        The digest is there for the author who edits a denoiser without raising its version: stale rows
        would hide the very change the benchmark is to measure.
        """
        return f"{self.distribution} {self.version} {self.name} {source_digest(self.factory)}"


@dataclass(frozen=True)
class Registry:
    """What is installed."""

    plugins: Mapping[str, Mapping[str, Plugin]]
    """Kind -> name -> plugin."""
    broken: Mapping[str, str] = field(default_factory=dict)
    """Entry point -> why it, or a name it registers, is left out."""

    def find(self, kind: str, name: str) -> Plugin:
        """Return the plugin of that name.

        Raises:
            UnknownName: none is installed; says which are, and which were broken.
        """
        known = self.plugins[kind]
        if name in known:
            return known[name]
        error = UnknownName(SINGULAR[kind], name, known)
        if self.broken:
            error.args = (f"{error} (left out as broken: {', '.join(self.broken)})",)
        raise error


def discover() -> Registry:
    """Load every entry point of the group `benchbox`; isolate those that fail.

    The environment variable BENCHBOX_LOAD_PLUGINS names the entry points to load, separated by commas;
    empty loads none.
    """
    found = sorted(entry_points(group=hookspecs.GROUP), key=lambda point: point.name)
    subset = os.environ.get("BENCHBOX_LOAD_PLUGINS")
    if subset is not None:
        wanted = {name.strip() for name in subset.split(",")}
        found = [point for point in found if point.name in wanted]
    return load(found)


def load(found: Iterable[EntryPoint]) -> Registry:
    """Build a Registry from entry points, first come first served where two register one name."""
    plugins: dict[str, dict[str, Plugin]] = {kind: {} for kind in SINGULAR}
    broken: dict[str, str] = {}
    for point in found:
        try:
            for plugin in _registrations(point):
                holder = plugins[plugin.kind].setdefault(plugin.name, plugin)
                if holder is not plugin:
                    what = f"{SINGULAR[plugin.kind]} {plugin.name!r}"
                    broken[point.name] = f"{what} is already registered by {holder.distribution}"
        # A plugin is a stranger's code: whatever it raises must not take the others down with it.
        except (Exception, SystemExit) as error:
            broken[point.name] = f"{type(error).__name__}: {error}".splitlines()[0]
    return Registry(plugins, broken)


def _registrations(point: EntryPoint) -> list[Plugin]:
    # One manager a plugin: its registrations are known to be its own, and a misspelt hook is its alone.
    manager = pluggy.PluginManager(hookspecs.GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(point.load(), name=point.name)
    manager.check_pending()
    # Once: it is parsed anew whenever it is asked for.
    metadata = point.dist.metadata if point.dist else None
    distribution = metadata["Name"] if metadata else point.value
    version = metadata["Version"] if metadata else "unknown"
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
    return plugins
