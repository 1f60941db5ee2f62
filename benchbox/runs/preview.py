"""Builds what a suite names in a process of its own first: a plugin that crashes then ends only that."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from benchbox.checks.returned import checked_entries
from benchbox.errors import BadPlugin, BenchboxError
from benchbox.evaluation.worker import Worker
from benchbox.interfaces import Corpus, Denoiser, Metric, Noise
from benchbox.plan.ingredients import choose
from benchbox.plan.suite import Suite
from benchbox.records import Spec
from benchbox.registry.discovery import SINGULAR, Registry
from benchbox.registry.options import build, expand, kind_of
from benchbox.registry.references import is_reference
from benchbox.runs.contained import Ended, Failed
from benchbox.runs.workers import Workers


def preview(suite: Suite, registry: Registry, workers: Workers) -> None:
    """Build each plugin of a suite, and ask it for what planning needs of it.

    A corpus may take as long as it likes: it may be downloading.

    Raises:
        UnknownName, BadOption: a plugin or option of the suite does not exist.
        BadPlugin: one crashes, hangs, exits, or answers with something else than its contract says.
    """
    named: tuple[tuple[type[Any], Sequence[Spec]], ...] = (
        (Noise, (*suite.noises, *(suite.train_noises or ()))),
        (Metric, suite.metrics),
        (Denoiser, suite.denoisers),
        (Corpus, (suite.corpus,)),
    )
    for interface, specs in named:
        for spec in filter(lambda spec: is_reference(spec.name), specs):
            _ask(workers, spec, interface, _import, interface, spec)
        for spec in expand(interface, specs, registry):
            _ask(workers, spec, interface, _problem, interface, spec, suite, patient=interface is Corpus)


def _ask(
    workers: Workers,
    spec: Spec,
    interface: type[Any],
    question: Callable[..., str | None],
    *about: Any,
    patient: bool = False,
) -> None:
    try:
        problem = workers.call(question, *about, patient=patient)
    except (Ended, Failed) as error:
        problem = error.reason
    if problem:
        kind = SINGULAR[kind_of(interface)]
        raise BadPlugin(f"{kind} {spec} cannot be used: {problem}; mend it or leave it out")


def _import(worker: Worker, interface: type[Any], spec: Spec) -> None:
    """Import the file or module of a spec, which no command has imported before."""
    worker.entering(SINGULAR[kind_of(interface)], str(spec))
    with suppress(BenchboxError):  # `make_plan` reports these itself.
        worker.registry.find(kind_of(interface), spec.name)


def _problem(worker: Worker, interface: type[Any], spec: Spec, suite: Suite) -> str | None:
    """Return what a plugin raises, unless it is an error of benchbox: `make_plan` reports those itself."""
    worker.entering(SINGULAR[kind_of(interface)], str(spec))
    try:
        plugin = build(interface, spec, worker.registry)
        if isinstance(plugin, Denoiser):
            plugin.fingerprint()
        if isinstance(plugin, Metric):
            for rate in (8000, 16000):
                list(plugin.measures(rate))
            dict(plugin.identity)
        if isinstance(plugin, Corpus):
            entries = choose(checked_entries(plugin.entries("test"), str(spec)), suite.limit, suite.seed)
            with suppress(Exception):  # Another clip may do; the rows of this one will say what is wrong.
                plugin.load(entries[0])
    except BenchboxError:
        return None
    # A stranger's code may raise anything.
    except (Exception, SystemExit) as error:
        return Failed.of(error).reason
    return None
