"""Several runs -> what one leaderboard is made of: their systems on the mixtures that every run has."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from benchbox.errors import BadRun
from benchbox.leaderboard import Table, leaderboard
from benchbox.leaderboard.table import REFERENCE
from benchbox.records import Measure
from benchbox.results.identity import differing_identities
from benchbox.runs.folder import Run

_MIXING = ("corpus", "noises", "snrs", "snr_definition", "seed", "limit")
"""Of a suite: what decides the mixtures."""


@dataclass(frozen=True, eq=False)
class Merged:
    """What several runs have in common, as tables; see `Run`."""

    scores: pd.DataFrame
    timings: pd.DataFrame
    measures: Sequence[Measure]
    systems: Mapping[str, Mapping[str, Any]]
    notes: tuple[str, ...]
    """What a reader must know before the numbers."""
    seed: int

    def leaderboard(self, by: Sequence[str] = (), *, sort: str | None = None) -> Table:
        """Rank the systems of all runs; `by` groups the table by noise, snr or both."""
        table = leaderboard(
            self.scores, self.timings, self.measures, self.systems, by=by, sort=sort, seed=self.seed
        )
        return replace(table, notes=(*self.notes, *table.notes))


def merge(runs: Sequence[Run], *, force: bool = False) -> Merged:
    """Put the systems of several runs into one table, compared on the mixtures that every run has.

    Systems of one label are told apart by their run's folder, unless they are the same for certain: noisy,
    and what has one identity and learns nothing, is taken from the first run that has it.

    Args:
        force: merge a measure although the runs have different implementations of it, and say so.

    Raises:
        BadRun: the runs have no mixture or no measure in common, or different implementations of a measure.
    """
    named = _named(runs)
    measures = [
        measure
        for measure in runs[0].measures
        if all(measure.name in {each.name for each in run.measures} for run in runs)
    ]
    if not measures:
        lists = (f"{name} has {', '.join(each.name for each in run.measures)}" for name, run in named.items())
        raise BadRun(f"no measure in common: {'; '.join(lists)}; run them with the same --metrics")
    mixtures = _common_mixtures(named)
    unlike = _unlike(named, measures)
    if unlike and not force:
        raise BadRun(f"{'; '.join(unlike)}; run them again with one installation, or --force")

    labels = _labels(named)
    scores = _united(named, labels, lambda run: run.scores)
    kept = scores["mixture"].isin(mixtures) & scores["measure"].isin([measure.name for measure in measures])
    return Merged(
        scores[kept].reset_index(drop=True),
        _united(named, labels, lambda run: run.timings),
        measures,
        {new: named[name].systems[old] for name in named for old, new in labels[name].items()},
        (*(f"FORCED: {each}." for each in unlike), *_notes(named, measures, mixtures)),
        runs[0].manifest["suite"]["seed"],
    )


def _named(runs: Sequence[Run]) -> dict[str, Run]:
    """Return the runs by the names of their folders, or their paths where two are called alike."""
    paths = [run.path.resolve() for run in runs]
    names = Counter(path.name for path in paths)
    for path, count in Counter(paths).items():
        if count > 1:
            raise BadRun(f"{path} is given {count} times; name each run once")
    return {
        path.name if names[path.name] == 1 else str(path): run for path, run in zip(paths, runs, strict=True)
    }


def _common_mixtures(named: Mapping[str, Run]) -> set[str]:
    mixtures = {name: set(run.scores["mixture"]) for name, run in named.items()}
    for name, own in mixtures.items():
        if not own:
            raise BadRun(f"{name} has no scores yet; run it again, it goes on where it stopped")
    common = set.intersection(*mixtures.values())
    if not common:
        suites = [run.manifest["suite"] for run in named.values()]
        differing = [
            f"{part} ({' / '.join(dict.fromkeys(_text(suite[part]) for suite in suites))})"
            for part in _MIXING
            if any(suite[part] != suites[0][part] for suite in suites)
        ]
        reason = (
            f"they differ in {', '.join(differing)}" if differing else "their corpus is not the same audio"
        )
        raise BadRun(f"no mixture in common between {', '.join(named)}: {reason}; run the same suite")
    return common


def _text(setting: Any) -> str:
    return ",".join(map(str, setting)) if isinstance(setting, list) else str(setting)


def _unlike(named: Mapping[str, Run], measures: Sequence[Measure]) -> list[str]:
    (first, *others) = named
    return [
        sentence
        for other in others
        for sentence in differing_identities(
            [measure.name for measure in measures],
            {first: named[first].identities, other: named[other].identities},
        )
    ]


def _labels(named: Mapping[str, Run]) -> dict[str, dict[str, str]]:
    """Return, for each run, label there -> label in the table of the systems that are taken from it."""
    owners: dict[str, list[str]] = {}
    for name, run in named.items():
        for label in run.systems:
            earlier = owners.setdefault(label, [])
            if not any(_same(label, run, named[other]) for other in earlier):
                earlier.append(name)
    return {
        name: {
            label: label if len(names) == 1 else f"{label} @ {name}"
            for label, names in owners.items()
            if name in names
        }
        for name in named
    }


def _same(label: str, run: Run, other: Run) -> bool:
    """Say whether two systems of one label must give the same scores."""
    if label == REFERENCE:
        return True
    one, two = run.systems[label], other.systems[label]
    alike = one["identity"] == two["identity"]
    aligned = {each.manifest["suite"]["align"] for each in (run, other)}
    return alike and not one["trainable"] and len(aligned) == 1


def _united(
    named: Mapping[str, Run], labels: Mapping[str, Mapping[str, str]], table: Callable[[Run], pd.DataFrame]
) -> pd.DataFrame:
    parts = []
    for name, run in named.items():
        rows = table(run)
        rows = rows[rows["system"].isin(labels[name])]
        parts.append(rows.assign(system=rows["system"].map(labels[name])))
    return pd.concat(parts, ignore_index=True)


def _notes(named: Mapping[str, Run], measures: Sequence[Measure], mixtures: set[str]) -> Iterator[str]:
    yield f"Runs {', '.join(named)}, on the {len(mixtures)} mixtures that all of them have."
    warnings = {name: list(run.warnings()) for name, run in named.items()}
    for warning in dict.fromkeys(warning for each in warnings.values() for warning in each):
        holders = [name for name, each in warnings.items() if warning in each]
        yield warning if len(holders) == len(named) else f"{', '.join(holders)}: {warning}"
    kept = {measure.name for measure in measures}
    for name in dict.fromkeys(each.name for run in named.values() for each in run.measures):
        if name not in kept:
            yield f"{name} is left out, since not every run has it."
    if len({str(run.manifest["machine"]) for run in named.values()}) > 1:
        yield "The runs are from different machines: their costs and times do not compare."
