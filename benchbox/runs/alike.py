"""What decides scores and weights beside the settings, to be compared between machines: code and data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from benchbox.evaluation.worker import Worker
from benchbox.hookspecs import INTERFACES
from benchbox.interfaces import Corpus, Denoiser, Metric, Noise
from benchbox.plan.jobs import Plan
from benchbox.records import Spec, Split
from benchbox.registry.discovery import SINGULAR, Registry
from benchbox.registry.options import build, paths_in
from benchbox.runs.contained import Failed

Part: TypeAlias = tuple[str, Spec]
"""Kind of plugin, and one of a suite: ("denoisers", wiener)."""


@dataclass(frozen=True)
class Ingredient:
    """A plugin of a suite, and what it is known by."""

    part: Part
    identity: str
    """Its code and the content of its files; or why it cannot be used."""
    paths: tuple[str, ...] = ()
    """In its options, as they are written."""

    def __str__(self) -> str:
        kind, spec = self.part
        return f"{SINGULAR[kind]} {spec}"


def ingredients_of(plan: Plan) -> tuple[Ingredient, ...]:
    """Return the plugins of a plan as they are on this machine."""
    parts = plan.ingredients
    built: dict[Part, Any] = {("corpora", parts.source): parts.corpus}
    for kind, plugins in (
        ("denoisers", parts.denoisers),
        ("noises", {**parts.train_noises, **parts.noises}),
        ("metrics", parts.metrics),
    ):
        built |= {(kind, spec): plugin for spec, plugin in plugins.items()}
    splits = splits_of(plan)
    return tuple(
        Ingredient(
            part,
            _identity(part, plugin, parts.registry, splits),
            tuple(map(str, paths_in(INTERFACES[part[0]], part[1], parts.registry))),
        )
        for part, plugin in built.items()
    )


def splits_of(plan: Plan) -> tuple[Split, ...]:
    """Return the parts of corpora and noises that are read."""
    return ("train", "test") if any(system.trainable for system in plan.systems) else ("test",)


def found_here(worker: Worker, parts: Sequence[Part], splits: Sequence[Split]) -> list[Ingredient]:
    """Return the same plugins as they are where `worker` is."""
    return list(_found(worker, parts, splits))


def _found(worker: Worker, parts: Sequence[Part], splits: Sequence[Split]) -> Iterator[Ingredient]:
    for kind, spec in parts:
        worker.entering(SINGULAR[kind], str(spec))
        try:
            plugin: Any = build(INTERFACES[kind], spec, worker.registry)
            yield Ingredient((kind, spec), _identity((kind, spec), plugin, worker.registry, splits))
        # A stranger's code may raise anything.
        except (Exception, SystemExit) as error:
            yield Ingredient((kind, spec), Failed.of(error).reason)


def _identity(part: Part, plugin: Any, registry: Registry, splits: Sequence[Split]) -> str:
    kind, spec = part
    facts = [registry.find(kind, spec.name).identity]
    if isinstance(plugin, Corpus | Noise):
        facts += [plugin.fingerprint(split) for split in splits]
    elif isinstance(plugin, Denoiser):
        facts.append(plugin.fingerprint())
    elif isinstance(plugin, Metric):
        facts += [f"{name}={value}" for name, value in sorted(plugin.identity.items())]
    return " ".join(facts)
