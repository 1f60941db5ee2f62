"""Runs -> all that a page shows, as JSON can hold it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchbox.errors import BadRun
from benchbox.leaderboard import Table
from benchbox.leaderboard.table import Row
from benchbox.listening.choices import Kind
from benchbox.listening.opinions import MUSHRA, Opinions, opinions_of
from benchbox.listening.proportions import choices_of, preferred, told_apart, with_listeners
from benchbox.records import Measure
from benchbox.render.escape import plain
from benchbox.render.numbers import decimals
from benchbox.report.failures import failures_of
from benchbox.report.headline import compared as what_was_compared
from benchbox.report.headline import separated
from benchbox.report.pairs import compared, mixtures_of, values_of
from benchbox.report.provenance import provenance_of
from benchbox.report.views import limits_of, rounded, tables_of, views_of
from benchbox.results.merging import labels_of, merge
from benchbox.runs.curves import training_curves
from benchbox.runs.folder import Run, named_results

Json = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Content:
    """What a page shows, but for the sounds."""

    table: Table
    """The leaderboard over all, for readers without JavaScript."""
    title: str
    compared: str
    separated: str
    data: Json
    """For the page's script; every text in it may be shown."""
    labels: Mapping[str, Mapping[str, str]]
    """Path of a run -> its name for a system -> the page's."""


def content_of(runs: Sequence[Run], *, force: bool = False) -> Content:
    """Return what a page of these runs shows.

    Raises:
        BadRun: they cannot be put into one table, or have no scores.
    """
    named = named_results(runs)
    results = merge(named, force=force) if len(named) > 1 else next(iter(named.values()))
    renamed = labels_of(named) if len(named) > 1 else {name: {} for name in named}
    paths = dict(zip(map(str, (run.path for run in runs)), named, strict=True))
    labels = {
        path: renamed[name] or {label: label for label in named[name].systems} for path, name in paths.items()
    }
    tables = tables_of(results)
    opinions = opinions_of(runs[0]) if len(runs) == 1 else None
    if len(runs) == 1:
        tables[0] = with_listeners(tables[0], runs[0])
    rows = {row.system: row for row in tables[0].rows}
    mixtures = mixtures_of(results)
    data: Json = {
        "systems": [_system(row) for row in rows.values()],
        "measures": [_measure(measure) for measure in tables[0].measures],
        "primary": tables[0].primary,
        "confidence": tables[0].confidence,
        "views": views_of(tables, list(rows)),
        "warnings": list(tables[0].warnings),
        "notes": list(tables[0].notes[len(tables[0].warnings) :]),
        "mixtures": _mixtures(mixtures),
        "pairs": {},
        "values": {},
        "training": _training(runs, labels),
        "choices": _choices(runs[0]) if len(runs) == 1 else [],
        "failures": failures_of(results, runs),
        "runs": [provenance_of(run) for run in runs],
    }
    for measure in results.measures:
        values = values_of(results, measure, mixtures, list(rows))
        ranks, pairs = compared(results, measure, values, mixtures)
        data["values"][measure.name] = [list(map(rounded, values[label])) for label in rows]
        data["pairs"][measure.name] = pairs
        if ranks:
            data["views"][0]["ranks"][measure.name] = [ranks.get(label) for label in rows]
    if opinions is not None:
        _add_ratings(data, opinions, list(rows))
    title = ", ".join(dict.fromkeys(run.manifest.suite.name for run in runs))
    return Content(
        tables[0],
        plain(title),
        plain(what_was_compared(results, tables[0])),
        plain(separated(tables[0])),
        shown(data),
        labels,
    )


def _add_ratings(data: Json, opinions: Opinions, labels: Sequence[str]) -> None:
    """Add the listeners' mean of each estimate, where there is one, as a measure like the others."""
    mean = opinions.ratings.groupby(["system", "mixture"])["score"].mean()
    identities = [mixture[0] for mixture in data["mixtures"]]
    data["values"][MUSHRA.name] = [
        [rounded(mean.get((label, mixture))) for mixture in identities] for label in labels
    ]
    data["pairs"][MUSHRA.name] = []
    for view in data["views"][1:]:
        view["cells"][MUSHRA.name] = [None] * len(labels)


def _choices(run: Run) -> list[list[Any]]:
    """Return test, systems, listener, share with limits, answers and p of what listeners chose."""
    return [
        [kind, *each.pair, each.listener, *limits_of(each.share), each.answers, rounded(each.p)]
        for kind, proportions in ((Kind.abx, told_apart), (Kind.preference, preferred))
        for each in proportions(choices_of(run, kind))
    ]


def shown(tree: Any) -> Any:
    """Return the same with every text as it may be shown: on one line, nothing hidden in it."""
    if isinstance(tree, str):
        return plain(tree)
    if isinstance(tree, Mapping):
        return {plain(key): shown(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [shown(value) for value in tree]
    return tree


def _system(row: Row) -> Json:
    cost = row.cost
    return {
        "label": row.system,
        "kind": row.kind,
        "parameters": row.parameters,
        "rtf": rounded(cost.real_time_factor_p50 if cost else row.real_time_factor),
        "delay": rounded(cost.algorithmic_delay_ms) if cost else None,
        "wholeUtterance": bool(cost and cost.algorithmic_delay_ms is None),
        "macs": rounded(cost.macs_per_second_total) if cost else None,
        "memory": rounded(cost.peak_memory_mb) if cost else None,
        "checkpoint": cost.checkpoint_bytes if cost else None,
        "training": rounded(row.training_seconds),
    }


def _measure(measure: Measure) -> Json:
    return {
        "name": measure.name,
        "unit": measure.unit,
        "higher": measure.higher_is_better,
        "digits": decimals(measure),
    }


def _mixtures(mixtures: pd.DataFrame) -> list[list[Any]]:
    """Return identity, noise, SNR (None: the noise's own), utterance and speaker of each mixture."""
    columns = ["noise", "snr_db", "utterance", "speaker"]
    return [
        [mixture, *(None if pd.isna(value) else value for value in row)]
        for mixture, row in zip(mixtures.index, mixtures[columns].itertuples(index=False), strict=True)
    ]


def _training(runs: Sequence[Run], labels: Mapping[str, Mapping[str, str]]) -> list[Json]:
    return [
        {
            "label": labels[str(run.path)][label],
            "columns": {str(name): list(map(rounded, curve[name])) for name in curve},
        }
        for run in runs
        for label, curve in _curves(run)
        if label in labels[str(run.path)]
    ]


def _curves(run: Run) -> Iterator[tuple[str, pd.DataFrame]]:
    try:
        yield from training_curves(run).items()
    except BadRun:
        # What is damaged there is no reason to show nothing else.
        return
