"""What a worker keeps between jobs, each bounded in size: plugins, utterances, mixtures, references."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from benchbox.evaluation.estimate import denoise
from benchbox.interfaces import Corpus, Degradation, Denoiser, Metric, NoiseModel
from benchbox.mixing import make_mixture
from benchbox.plan.jobs import BLOCK
from benchbox.records import Condition, Entry, Mixture, SnrDefinition, Spec, System, Utterance
from benchbox.registry.discovery import Registry, discover
from benchbox.registry.options import build
from benchbox.systems.system import load_denoiser, one_thread


@dataclass(frozen=True)
class Recipe:
    """What determines a mixture."""

    corpus: Spec
    entry: Entry
    condition: Condition
    seed: int
    snr_definition: SnrDefinition


@cache
def installed() -> Registry:
    return discover()


@cache
def corpus_of(spec: Spec) -> Corpus:
    corpus: Corpus = build("corpora", spec, installed())
    return corpus


@cache
def noise_of(spec: Spec) -> NoiseModel | Degradation:
    model: NoiseModel | Degradation = build("noises", spec, installed())
    return model


@cache
def metric_of(spec: Spec) -> Metric:
    metric: Metric = build("metrics", spec, installed())
    return metric


@lru_cache(maxsize=8)
def denoiser_of(system: System, systems: Path) -> Denoiser:
    denoiser = load_denoiser(system, systems, installed())
    # A first call pays for imports and allocations, which are not what the timings are to tell.
    silence = np.zeros(8000, np.float32)
    # If it fails on silence too, the clips' rows will say so.
    with one_thread(), suppress(Exception):
        denoise(denoiser, Mixture(silence, silence, 8000, None, None))
    return denoiser


@lru_cache(maxsize=2 * BLOCK)
def utterance_of(corpus: Spec, entry: Entry) -> Utterance:
    return corpus_of(corpus).load(entry)


@lru_cache(maxsize=BLOCK)
def mixture_from(recipe: Recipe) -> Mixture:
    return make_mixture(
        corpus_of(recipe.corpus),
        utterance_of(recipe.corpus, recipe.entry),
        noise_of(recipe.condition.noise),
        recipe.condition.snr_db,
        noise_name=str(recipe.condition.noise),
        seed=recipe.seed,
        split="test",
        definition=recipe.snr_definition,
    )


@lru_cache(maxsize=4 * BLOCK)
def reference_for(metric: Spec, recipe: Recipe) -> Any:
    mixture = mixture_from(recipe)
    return metric_of(metric).prepare(mixture.clean, mixture.sample_rate)


@lru_cache(maxsize=1)
def serve(order: str) -> None:
    """Empty every shelf, once for each order: since the last one, plugins and files may have changed."""
    for shelf in (
        installed,
        corpus_of,
        noise_of,
        metric_of,
        denoiser_of,
        utterance_of,
        mixture_from,
        reference_for,
    ):
        shelf.cache_clear()
