"""Suite x Registry x Corpus -> Plan: which systems to train and which jobs to score."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import product
from typing import Any

from benchbox.errors import BadAudio, BadCorpus, BadSuite
from benchbox.interfaces import Corpus, Degradation, NoiseModel, OracleDenoiser, TrainableDenoiser
from benchbox.plan.suite import Suite
from benchbox.records import Condition, Entry, Job, Measure, Spec, Split, System
from benchbox.registry.discovery import Registry
from benchbox.registry.options import build, expand

BLOCK = 8
"""Utterances a job: small enough that a killed run loses seconds, large enough to amortise a task."""

REFERENCE = Spec("noisy")
"""The unprocessed input: always scored, always the first row."""

BOUNDS = tuple(map(Spec, ("clean", "oracle_mask", "noise_only", "silence")))
"""What a suite with `bounds` adds: rows that show what the scores are worth."""


@dataclass(frozen=True)
class Plan:
    """A suite with every name resolved."""

    suite: Suite
    systems: tuple[System, ...]
    jobs: tuple[Job, ...]
    train_noises: tuple[Spec, ...]
    measures: tuple[Measure, ...]
    identities: Mapping[str, Mapping[str, str]]
    """Measure -> which implementation gives it."""
    corpus_fingerprint: str


def make_plan(suite: Suite, registry: Registry, corpus: Corpus) -> Plan:
    """Resolve names, options and grids, and cut the work into jobs. Reads one utterance, trains nothing.

    Raises:
        UnknownName, BadOption: a plugin or option of the suite does not exist.
        BadCorpus: the corpus has no test split, or no train split where a system must learn.
    """
    noises = expand("noises", suite.noises, registry)
    train_noises = tuple(expand("noises", suite.train_noises or suite.noises, registry))
    metrics = tuple(expand("metrics", suite.metrics, registry))
    # Reads all that is learnt from, so only where something learns.
    training = cache(partial(_training_identity, suite, train_noises, registry))
    wanted = [REFERENCE, *suite.denoisers, *(BOUNDS if suite.bounds else ())]
    systems = [_system(spec, registry, corpus, training) for spec in expand("denoisers", wanted, registry)]

    entries = choose(corpus.entries("test"), suite.limit, suite.seed)
    if not entries:
        raise BadCorpus(f"the test split of {suite.corpus} is empty; choose another --corpus")
    fingerprint = corpus.fingerprint("test")
    scoring = [
        [_identity("metrics", metric, registry), dict(build("metrics", metric, registry).identity)]
        for metric in metrics
    ]
    sample_rate = _sample_rate(corpus, entries)
    measures = {
        measure.name: (spec, measure)
        for spec in metrics
        for measure in build("metrics", spec, registry).measures(sample_rate)
    }
    if not measures:
        raise BadSuite(
            f"none of {', '.join(map(str, metrics))} is defined at {sample_rate} Hz; choose other --metrics"
        )
    blocks = [tuple(entries[start : start + BLOCK]) for start in range(0, len(entries), BLOCK)]

    align_on = blocks[0] if suite.align else ()
    conditions: list[tuple[Condition, list[str], list[Any]]] = []
    for noise in noises:
        model = build("noises", noise, registry)
        noise_identity = _noise_identity(model, noise, registry, "test")
        # The version, not a digest of the code: a baseline outlives an edited comment.
        version = registry.find("noises", noise.name).version
        mixing = [fingerprint, str(noise), version, noise_identity[-1], suite.seed, suite.snr_definition]
        conditions += [
            (Condition(noise, snr_db), noise_identity, mixing)
            for snr_db in (suite.snrs if model.uses_snr else [None])
        ]
    jobs: list[Job] = []
    # Utterances outermost, systems innermost: a worker that keeps its last utterances and mixtures reads each
    # one and makes each one once.
    for block, (condition, noise_identity, mixing) in product(blocks, conditions):
        mixtures = tuple(digest(*mixing, entry.id, condition.snr_db) for entry in block)
        key = partial(digest, noise_identity, scoring, mixtures, align_on)
        jobs += [
            Job(
                key=key(system.label, system.identity),
                system=system,
                condition=condition,
                corpus=suite.corpus,
                entries=block,
                mixtures=mixtures,
                metrics=metrics,
                sample_rate=sample_rate,
                align_on=align_on,
                seed=suite.seed,
                snr_definition=suite.snr_definition,
            )
            for system in systems
        ]
    return Plan(
        suite=suite,
        systems=tuple(systems),
        jobs=tuple(jobs),
        train_noises=train_noises,
        measures=tuple(measure for _, measure in measures.values()),
        identities={
            name: {"metric": str(spec), **build("metrics", spec, registry).identity}
            for name, (spec, _) in measures.items()
        },
        corpus_fingerprint=fingerprint,
    )


def choose(entries: Sequence[Entry], limit: int | None, seed: int) -> list[Entry]:
    """Return `limit` entries in corpus order, drawn so that a smaller limit is a subset of a larger one.

    The first ones of a sorted corpus would all be of one speaker.
    """
    if limit is None or limit >= len(entries):
        return list(entries)
    drawn = sorted(entries, key=lambda entry: digest(seed, entry.id))[:limit]
    kept = {entry.id for entry in drawn}
    return [entry for entry in entries if entry.id in kept]


def digest(*parts: Any) -> str:
    """Return 12 hex digits that stand for the parts, the same on any machine."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:12]


def _sample_rate(corpus: Corpus, entries: Sequence[Entry]) -> int:
    # The first clip that can be read decides which measures the tables have.
    problem = None
    for entry in entries:
        try:
            return corpus.load(entry).sample_rate
        except BadAudio as error:
            problem = problem or error
    raise BadCorpus(f"not one utterance of the test split can be read; the first says: {problem}")


def _system(spec: Spec, registry: Registry, corpus: Corpus, training: Callable[[], str]) -> System:
    denoiser = build("denoisers", spec, registry)
    system = System(
        label=str(spec),
        spec=spec,
        identity=_identity("denoisers", spec, registry),
        oracle=isinstance(denoiser, OracleDenoiser),
    )
    if not (isinstance(denoiser, TrainableDenoiser) and denoiser.needs_training):
        return system
    identity = digest(system.identity, training(), corpus.fingerprint("train"))
    # Readable and unique, also on a file system that folds case or refuses brackets.
    name = re.sub(r"[^a-z0-9.]+", "-", system.label.lower()).strip("-")[:60]
    return replace(system, identity=identity, trainable=True, folder=f"{name}-{identity[:6]}")


def _training_identity(suite: Suite, noises: Sequence[Spec], registry: Registry) -> str:
    sources = [
        _noise_identity(build("noises", noise, registry), noise, registry, "train") for noise in noises
    ]
    return digest(suite.seed, suite.train_snrs, sources)


def _noise_identity(
    model: NoiseModel | Degradation, spec: Spec, registry: Registry, split: Split
) -> list[str]:
    return [_identity("noises", spec, registry), model.fingerprint(split)]


def _identity(kind: str, spec: Spec, registry: Registry) -> str:
    return f"{registry.find(kind, spec.name).identity} {spec}"
