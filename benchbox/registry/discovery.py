"""Entry points -> Registry: every installed plugin by name, and what is left out with its reason."""

import inspect
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

from benchbox.errors import BadPlugin, UnknownName
from benchbox.hookspecs import GROUP
from benchbox.registry.plugin import DISTRIBUTION, SINGULAR, Plugin, why_failed
from benchbox.registry.references import is_reference, plugin_at
from benchbox.registry.registration import distribution_of, registrations
from benchbox.registry.trial import why_unloadable

__all__ = ["DISTRIBUTION", "SINGULAR", "LeftOut", "Plugin", "Registry", "discover", "load"]


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
    moved: Mapping[str, str] = field(default_factory=dict)
    """Path in an option -> where that lies on this machine, if it is not as written: on a cluster."""

    @property
    def warnings(self) -> list[str]:
        """Say in one line each what is left out, why, and what to do about it."""
        return [
            *(f"plugin {point!r} is left out: {reason}" for point, reason in self.broken.items()),
            *(f"{lost.plugin} is left out: {lost.reason}" for lost in self.left_out),
        ]

    def find(self, kind: str, name: str) -> Plugin:
        """Return the plugin of that name, or what a reference such as `file.py:name` names.

        Raises:
            UnknownName: none is installed; says which are, and which were broken.
            BadPlugin: the one of that name is left out; says why.
            BadOption, BadPlugin: a reference leads nowhere, or to something else.
        """
        if is_reference(name):
            return plugin_at(kind, name)
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
    found: Iterable[EntryPoint] = entry_points(group=GROUP)
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
            label = point.name if point.name not in broken else f"{point.name} of {distribution_of(point)[0]}"
            broken[label] = why_failed(error, point.module)
            continue
        for plugin in registered:
            holder = plugins[plugin.kind].get(plugin.name)
            if reason := _missing_methods(plugin) or _taken(plugin, holder, point):
                left_out.append(LeftOut(plugin, reason))
            elif holder is None:
                plugins[plugin.kind][plugin.name] = plugin
    return Registry(plugins, broken, left_out)


def _registrations(point: EntryPoint) -> list[Plugin]:
    distribution, version = distribution_of(point)
    if distribution != DISTRIBUTION and (reason := why_unloadable(point, version)):
        raise BadPlugin(reason)
    return registrations(point)


def _precedence(point: EntryPoint) -> tuple[bool, str, str]:
    distribution, _ = distribution_of(point)
    return distribution != DISTRIBUTION, point.name, distribution


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
