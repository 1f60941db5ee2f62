"""One entry point -> what it registers, or what its author got wrong."""

from collections.abc import Callable
from importlib.metadata import EntryPoint

import pluggy

from benchbox import hookspecs
from benchbox.errors import BadPlugin, did_you_mean
from benchbox.registry.plugin import SINGULAR, Plugin


def registrations(point: EntryPoint) -> list[Plugin]:
    """Load an entry point and call its hooks.

    Raises:
        BadPlugin: the plugin registers nothing, or not as it should. Whatever else it raises comes through.
    """
    # One manager a plugin: its registrations are known to be its own, and a misspelt hook is its alone.
    manager = pluggy.PluginManager(hookspecs.GROUP)
    manager.add_hookspecs(hookspecs)
    module = point.load()
    _check_contract(module)
    _check_hooks(module, point, manager)
    manager.register(module, name=point.name)
    # Once: it is parsed anew whenever it is asked for.
    distribution, version = distribution_of(point)
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


def distribution_of(point: EntryPoint) -> tuple[str, str]:
    """Return the name and the version of what a plugin came with."""
    metadata = point.dist.metadata if point.dist else None
    return (metadata["Name"], metadata["Version"]) if metadata else (point.value, "unknown")


def _check_contract(module: object) -> None:
    """Refuse a plugin that says it was built for another contract than this one.

    Raises:
        BadPlugin: it does.
    """
    built_for = getattr(module, "BENCHBOX_CONTRACT", hookspecs.CONTRACT)
    if built_for != hookspecs.CONTRACT:
        newer = isinstance(built_for, int) and built_for > hookspecs.CONTRACT
        which = "a newer" if newer else "an older"
        raise BadPlugin(
            f"it was built for contract {built_for!r} of benchbox, this is contract {hookspecs.CONTRACT}: "
            f"install a version of it for this one, or {which} benchbox-speech"
        )


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
