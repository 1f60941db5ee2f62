"""Suite x Registry -> Plan: everything built once, which systems to train, and which jobs to score."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from typing import Any, TypeAlias

from benchbox.errors import BadCorpus
from benchbox.interfaces import Denoiser, FinishedEstimates, Metric, OracleDenoiser, TrainableDenoiser
from benchbox.plan.ingredients import Ingredients, digest, resolve, speakers_of
from benchbox.plan.labels import labels_of
from benchbox.plan.suite import Suite
from benchbox.records import Condition, Entry, Job, Measure, Spec, System
from benchbox.registry.discovery import Registry
from benchbox.registry.identity import source_digest

AS_RECORDED = Spec("as recorded")
"""The noise of what is not mixed here, where nothing says what it is."""

BLOCK = 8
"""Utterances a job: small enough that a killed run loses seconds, large enough to amortise a task."""


@dataclass(frozen=True)
class Plan:
    """A suite with everything it names built, and its work cut into jobs."""

    ingredients: Ingredients
    systems: tuple[System, ...]
    jobs: tuple[Job, ...]

    @property
    def suite(self) -> Suite:
        return self.ingredients.suite

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(measure for _, measure in self.ingredients.measures.values())

    @property
    def identities(self) -> dict[str, dict[str, str]]:
        """Return measure -> which implementation gives it."""
        metrics = self.ingredients.metrics
        return {
            name: {"metric": str(spec), "code": self._code(spec), **metrics[spec].identity}
            for name, (spec, _) in self.ingredients.measures.items()
        }

    def _code(self, metric: Spec) -> str:
        return source_digest(self.ingredients.registry.find("metrics", metric.name).factory)


def make_plan(suite: Suite, registry: Registry) -> Plan:
    """Resolve names, options and grids, and cut the work into jobs. Reads one utterance, trains nothing.

    Raises:
        UnknownName, BadOption: a plugin or option of the suite does not exist.
        BadCorpus: the corpus has no test split, or no train split where a system must learn.
    """
    ingredients = resolve(suite, registry)
    names = {
        spec: denoiser.name
        for spec, denoiser in ingredients.denoisers.items()
        if isinstance(denoiser, FinishedEstimates)
    }
    labels = labels_of(list(ingredients.denoisers), names)
    systems = tuple(
        _system(spec, labels[spec], denoiser, ingredients) for spec, denoiser in ingredients.denoisers.items()
    )
    return Plan(ingredients, systems, tuple(_jobs(ingredients, systems)))


def _system(spec: Spec, label: str, denoiser: Denoiser, ingredients: Ingredients) -> System:
    if isinstance(denoiser, FinishedEstimates):
        # All are asked for, not only those that are scored: a file must not be the estimate of two.
        held = {entry.id for entry in ingredients.corpus.entries("test") if denoiser.holds(entry)}
        if not any(entry.id in held for entry in ingredients.entries):
            clips = len(ingredients.entries)
            raise BadCorpus(
                f"none of the {clips} clips has a file in {spec} (the first is called "
                f"{ingredients.entries[0].id}): files are matched by name, or by a pattern"
            )
        identity = digest(ingredients.identity(Denoiser, spec), denoiser.fingerprint())
        return System(label, spec, identity, finished=True)
    system = System(
        label=label,
        spec=spec,
        identity=" ".join(filter(None, [ingredients.identity(Denoiser, spec), denoiser.fingerprint()])),
        oracle=isinstance(denoiser, OracleDenoiser),
    )
    if not (isinstance(denoiser, TrainableDenoiser) and denoiser.needs_training):
        return system
    identity = digest(system.identity, *ingredients.training_identity)
    # Readable and unique, also on a file system that folds case or refuses brackets. No alias: a training
    # outlives a change of what it is called.
    name = re.sub(r"[^a-z0-9.]+", "-", str(spec).lower()).strip("-")[:60]
    return replace(system, identity=identity, trainable=True, folder=f"{name}-{identity[:6]}")


def _jobs(ingredients: Ingredients, systems: Sequence[System]) -> Iterator[Job]:
    suite = ingredients.suite
    align_on = tuple(ingredients.entries[:BLOCK]) if suite.align else ()
    # Not for themselves: a suite without a measure is refused here, before anything is trained.
    _ = ingredients.measures
    scoring = [
        [ingredients.identity(Metric, spec), dict(metric.identity)]
        for spec, metric in ingredients.metrics.items()
    ]
    identities = {
        spec: ingredients.noise_identity(spec, noise, "test") for spec, noise in ingredients.noises.items()
    }
    for block, condition, mixtures in _blocks(ingredients, identities):
        noise_identity = identities.get(condition.noise, [])
        # Rows name recordings and speakers: relabelled ones must not be found under the old key.
        making: tuple[Any, ...] = (noise_identity, scoring, mixtures, speakers_of(block), align_on)
        if any(metric.reads_transcript for metric in ingredients.metrics.values()):
            making = (*making, [entry.text for entry in block])
        for system in systems:
            yield Job(
                key=digest(*making, str(system.spec), system.identity),
                system=system,
                condition=condition,
                corpus=ingredients.source,
                entries=block,
                mixtures=mixtures,
                metrics=tuple(ingredients.metrics),
                sample_rate=ingredients.sample_rate,
                align_on=align_on,
                seed=suite.seed,
                snr_definition=suite.snr_definition,
            )


_Block: TypeAlias = tuple[tuple[Entry, ...], Condition, tuple[str, ...]]
"""Entries, their condition, and the identities of their mixtures."""


def _blocks(ingredients: Ingredients, identities: Mapping[Spec, list[str]]) -> Iterator[_Block]:
    """Give utterances outermost: a worker that keeps its last ones, and their mixtures, reads each once."""
    return _mixed(ingredients, identities) if ingredients.noises else _as_recorded(ingredients.entries)


def _mixed(ingredients: Ingredients, identities: Mapping[Spec, list[str]]) -> Iterator[_Block]:
    suite = ingredients.suite
    conditions = [
        Condition(spec, snr_db)
        for spec, noise in ingredients.noises.items()
        for snr_db in (suite.snrs if noise.uses_snr else [None])
    ]
    fingerprint = ingredients.corpus.fingerprint("test")
    for block, condition in product(_cut(ingredients.entries), conditions):
        # The version, not a digest of the code: a baseline outlives an edited comment.
        version = ingredients.registry.find("noises", condition.noise.name).version
        mixing = (fingerprint, str(condition.noise), version, identities[condition.noise][-1])
        settings = (suite.seed, suite.snr_definition)
        yield (
            block,
            condition,
            tuple(digest(*mixing, *settings, entry.id, condition.snr_db) for entry in block),
        )


def _as_recorded(entries: Sequence[Entry]) -> Iterator[_Block]:
    """Give what is not mixed here, by noise and SNR where they are known."""

    def place(entry: Entry) -> tuple[str, float]:
        return entry.noise, math.inf if entry.snr_db is None else entry.snr_db

    for _, group in groupby(sorted(entries, key=place), key=place):
        for block in _cut(list(group)):
            noise = Spec(block[0].noise) if block[0].noise else AS_RECORDED
            # Of the samples alone: the same files in another corpus, or in `benchbox score`, are the same.
            mixtures = tuple(digest(AS_RECORDED.name, entry.id, entry.digest) for entry in block)
            yield block, Condition(noise, block[0].snr_db), mixtures


def _cut(entries: Sequence[Entry]) -> list[tuple[Entry, ...]]:
    return [tuple(entries[start : start + BLOCK]) for start in range(0, len(entries), BLOCK)]
