"""What a suite names, built once: its corpus, denoisers, noises and metrics, and what identifies them."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from benchbox.checks.returned import checked_entries, checked_measures, checked_utterance
from benchbox.errors import BadCorpus, BadOption, BadSuite
from benchbox.interfaces import Corpus, Denoiser, Metric, Noise
from benchbox.plan.suite import Suite, slug
from benchbox.records import Entry, Holding, Measure, Spec, Split
from benchbox.registry.discovery import Registry
from benchbox.registry.options import build, expand, kind_of

REFERENCE = Spec("noisy")
"""The unprocessed input: always scored, always the first row."""

_BOUNDS = tuple(map(Spec, ("clean", "oracle_mask", "noise_only", "silence")))
BOUNDS: Mapping[Holding, Sequence[Spec]] = {
    "clean": _BOUNDS,
    "pairs": _BOUNDS,
    "recordings": (Spec("silence"),),
    "references": (Spec("clean"), Spec("silence")),
    "estimates": (Spec("silence"),),
}
"""What a suite with `bounds` adds, by what its corpus holds: rows that show what the scores are worth."""


@dataclass(frozen=True)
class Ingredients:
    """The plugins of a suite by their specs, and the utterances that are scored."""

    suite: Suite
    registry: Registry
    source: Spec
    """Of the corpus."""
    corpus: Corpus
    denoisers: Mapping[Spec, Denoiser]
    """As their options make them: those that learn have not learnt yet."""
    noises: Mapping[Spec, Noise]
    """Empty where the corpus is scored as it was recorded."""
    train_noises: Mapping[Spec, Noise]
    """Empty where systems learn from pairs as they were recorded."""
    metrics: Mapping[Spec, Metric]
    entries: Sequence[Entry]
    """The utterances that are scored."""

    @cached_property
    def sample_rate(self) -> int:
        """Return the rate of the first clip that can be read, in Hz: it decides which measures there are."""
        problem = None
        for entry in self.entries:
            try:
                return checked_utterance(self.corpus.load(entry), entry, str(self.source)).sample_rate
            # A stranger's corpus may raise anything; the clip's rows will say so.
            except Exception as error:
                problem = problem or error
        raise BadCorpus(f"not one utterance of the test split can be read; the first says: {problem}")

    @cached_property
    def measures(self) -> Mapping[str, tuple[Spec, Measure]]:
        """Return measure name -> the metric that gives it, and the measure."""
        measures: dict[str, tuple[Spec, Measure]] = {}
        undefined = []
        for spec, metric in self.metrics.items():
            given = checked_measures(metric.measures(self.sample_rate), str(spec))
            if not given:
                undefined.append(spec)
            for measure in given:
                first, _ = measures.setdefault(measure.name, (spec, measure))
                if first != spec:
                    raise BadSuite(f"{first} and {spec} both give {measure.name}: name one of these metrics")
        if undefined:
            names = " and ".join(map(str, undefined))
            verb = "is" if len(undefined) == 1 else "are"
            raise BadSuite(
                f"{names} {verb} not defined at {self.sample_rate} Hz: {self._instead_of(undefined)}"
            )
        return measures

    def _instead_of(self, undefined: Sequence[Spec]) -> str:
        """Say what to write for metrics that are not defined at the rate of the audio."""
        others = {}
        for spec in undefined:
            asked = replace(spec, options={**spec.options, "resample": True})
            with suppress(BadOption):
                if build(Metric, asked, self.registry).measures(self.sample_rate):
                    others[spec] = asked
        kept = [
            str(others.get(spec, spec)) for spec in self.metrics if spec in others or spec not in undefined
        ]
        if not kept:
            return "choose other --metrics"
        what = "resamples the audio for it" if others else "leaves it out"
        return f"--metrics '{','.join(kept)}' {what}"

    @cached_property
    def training_identity(self) -> tuple[str, str]:
        """Return digests of what systems learn from: settings with noises, and speech.

        Reads all of it, so only where something learns.
        """
        entries = checked_entries(self.corpus.entries("train"), str(self.source))
        noises = [self.noise_identity(spec, noise, "train") for spec, noise in self.train_noises.items()]
        settings = digest(self.suite.seed, self.suite.train_snrs, noises)
        # Speakers, too: what is held out to validate on is drawn by them.
        return settings, digest(self.corpus.fingerprint("train"), speakers_of(entries))

    def noise_identity(self, spec: Spec, noise: Noise, split: Split) -> list[str]:
        return [self.identity(Noise, spec), noise.fingerprint(split)]

    def identity(self, interface: type, spec: Spec) -> str:
        return f"{self.registry.find(kind_of(interface), spec.name).identity} {spec}"


def resolve(suite: Suite, registry: Registry) -> Ingredients:
    """Check every name and option of a suite, and build what they stand for.

    Raises:
        UnknownName, BadOption, BadSuite, BadCorpus: something is wrong with it, or given twice.
    """
    _check(suite)

    def built(interface: type[Any], specs: Sequence[Spec]) -> dict[Spec, Any]:
        return {spec: build(interface, spec, registry) for spec in expand(interface, specs, registry)}

    noises = built(Noise, suite.noises)
    # Before the corpus, which may take long to reach: a misspelt name should be told at once.
    train_noises = built(Noise, suite.train_noises) if suite.train_noises else noises
    metrics = built(Metric, suite.metrics)
    denoisers = built(Denoiser, suite.denoisers)
    sources = expand(Corpus, [suite.corpus], registry)
    if len(sources) != 1:
        raise BadSuite(f"corpus = {suite.corpus} stands for {len(sources)} corpora: run them one at a time")
    corpus = build(Corpus, sources[0], registry)
    if corpus.holds != "clean":
        _check_as_recorded(suite)
        noises, train_noises = {}, train_noises if suite.train_noises else {}
    found = checked_entries(corpus.entries("test"), str(sources[0]))
    if corpus.holds in ("recordings", "estimates"):
        told = any(entry.text for entry in found)
        metrics = _without_reference(metrics, registry, transcribed=told)
    first = [REFERENCE] if corpus.holds not in ("references", "estimates") else []
    denoisers = {
        **built(Denoiser, first),
        **denoisers,
        **built(Denoiser, BOUNDS[corpus.holds] if suite.bounds else ()),
    }
    entries = choose(found, suite.limit, suite.seed)
    if not entries:
        raise BadCorpus(f"the test split of {suite.corpus} is empty; choose another --corpus")
    return Ingredients(suite, registry, sources[0], corpus, denoisers, noises, train_noises, metrics, entries)


def _check(suite: Suite) -> None:
    """Refuse what a suite can hold and no run should, before anything is built."""
    if slug(suite.name) != suite.name:
        raise BadSuite(
            f"name = {suite.name!r}: it names a folder, so letters, digits, '.', '_' and '-', 64 at most; "
            f"for example {slug(suite.name)}"
        )
    for snr_db, count in Counter(suite.snrs).items():
        if count > 1:
            raise BadSuite(f"snrs: {snr_db:g} dB is given {count} times; name each once")


def _check_as_recorded(suite: Suite) -> None:
    """Refuse settings of mixtures where nothing is mixed."""
    for name in ("noises", "snrs"):
        if getattr(suite, name) != getattr(Suite(), name):
            raise BadSuite(
                f"{name} do not apply: {suite.corpus} is scored as it was recorded; leave them out "
                "(--train-noises and --train-snrs mix its clean speech anew for training)"
            )


def _without_reference(
    metrics: Mapping[Spec, Metric], registry: Registry, *, transcribed: bool
) -> dict[Spec, Metric]:
    """Return the metrics that score recordings of which nobody has the clean speech."""
    kept = {
        spec: metric
        for spec, metric in metrics.items()
        if not metric.needs_reference and (transcribed or not metric.reads_transcript)
    }
    unread = [str(spec) for spec, metric in metrics.items() if metric.reads_transcript]
    if not kept and unread and not transcribed:
        raise BadSuite(
            f"{', '.join(unread)} of recordings needs their transcripts: table=labels.csv with the columns "
            "id and transcript, or `benchbox score --table`"
        )
    if not kept:
        names = sorted(
            name
            for name, plugin in registry.plugins["metrics"].items()
            if not getattr(plugin.factory, "needs_reference", True)
        )
        raise BadSuite(
            f"{', '.join(map(str, metrics))} need a clean reference, and recordings have none; "
            f"--metrics that do without: {', '.join(names) or 'none is installed'}"
        )
    return kept


def choose(entries: Sequence[Entry], limit: int | None, seed: int) -> list[Entry]:
    """Return `limit` entries in corpus order, drawn so that a smaller limit is a subset of a larger one.

    The first ones of a sorted corpus would all be of one speaker.
    """
    if limit is None or limit >= len(entries):
        return list(entries)
    drawn = sorted(entries, key=lambda entry: digest(seed, entry.id))[:limit]
    kept = {entry.id for entry in drawn}
    return [entry for entry in entries if entry.id in kept]


def speakers_of(entries: Sequence[Entry]) -> list[tuple[str, str, str | None]]:
    """Return what entries say of who speaks where: it may be edited while the audio stays the same."""
    return [(entry.id, entry.recording, entry.speaker) for entry in entries]


def digest(*parts: Any) -> str:
    """Return 12 hex digits that stand for the parts, the same on any machine."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:12]
