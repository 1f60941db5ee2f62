"""Several results -> one: all their systems, on the mixtures that each of them has."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import pandas as pd

from benchbox.errors import BadRun
from benchbox.records import Measure
from benchbox.results.audio import namesakes, refuse_other_audio
from benchbox.results.completeness import unfinished
from benchbox.results.identity import differing_identities
from benchbox.results.record import REFERENCE, Results, Setting


def merge(named: Mapping[str, Results], *, force: bool = False) -> Results:
    """Put the systems of several results side by side, on the mixtures that all of them have.

    Systems of one label are told apart by the name of their results, unless they are the same for certain:
    noisy, and what has one identity and learns nothing, is taken from the first that has it.

    Args:
        named: each one's name -> it; the first decides the order of measures and the seed.
        force: merge a measure although there are different implementations of it, and say so.

    Raises:
        BadRun: there is no mixture or no measure in common, or different implementations of a measure.
    """
    measures = _common_measures(named)
    mixtures = _common_mixtures(named)
    unlike = _unlike(named, measures)
    if unlike and not force:
        raise BadRun(f"{'; '.join(unlike)}; run them again with one installation, or --force")

    refuse_other_audio({name: results.scores for name, results in named.items()})
    first = next(iter(named.values()))
    labels = labels_of(named)
    scores = _united(named, labels, lambda results: results.scores)
    kept = scores["mixture"].isin(mixtures) & scores["measure"].isin([measure.name for measure in measures])
    return Results(
        scores=scores[kept].reset_index(drop=True),
        measures=measures,
        systems={new: named[name].systems[old] for name in named for old, new in labels[name].items()},
        identities=first.identities,
        timings=_united(named, labels, lambda results: results.timings),
        setting=first.setting,
        machine=first.machine,
        warnings=(*(f"FORCED: {each}." for each in unlike), *_warnings(named), *_left_out(named)),
        notes=tuple(_notes(named, measures, mixtures)),
    )


def _common_measures(named: Mapping[str, Results]) -> list[Measure]:
    first, *others = named.values()
    measures = [
        measure
        for measure in first.measures
        if all(measure.name in {each.name for each in other.measures} for other in others)
    ]
    if not measures:
        lists = (
            f"{name} has {', '.join(each.name for each in results.measures)}"
            for name, results in named.items()
        )
        raise BadRun(f"no measure in common: {'; '.join(lists)}; run them with the same --metrics")
    return measures


def _common_mixtures(named: Mapping[str, Results]) -> set[str]:
    mixtures = {name: set(results.scores["mixture"]) for name, results in named.items()}
    for name, own in mixtures.items():
        if not own:
            raise BadRun(f"{name} has no scores yet; run it again, it goes on where it stopped")
    common = set.intersection(*mixtures.values())
    if not common:
        differing = _differing_settings([results.setting for results in named.values()])
        other = namesakes({name: results.scores for name, results in named.items()})
        reasons = [f"they differ in {', '.join(differing)}"] if differing else []
        reasons += [other] if other else [] if differing else ["their corpus is not the same audio"]
        todo = "run the same suite on one copy of the corpus" if other else "run the same suite"
        raise BadRun(f"no mixture in common between {', '.join(named)}: {'; '.join((*reasons, todo))}")
    return common


def _differing_settings(settings: Sequence[Setting | None]) -> list[str]:
    known = [setting for setting in settings if setting]
    # Alignment changes scores, not mixtures.
    names = (part.name for part in fields(Setting) if part.name != "align")
    values = {name: [_text(getattr(setting, name)) for setting in known] for name in names}
    return [
        f"{name} ({' / '.join(dict.fromkeys(each))})" for name, each in values.items() if len(set(each)) > 1
    ]


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _unlike(named: Mapping[str, Results], measures: Sequence[Measure]) -> list[str]:
    (first, *others) = named
    return [
        sentence
        for other in others
        for sentence in differing_identities(
            [measure.name for measure in measures],
            {first: named[first].identities, other: named[other].identities},
        )
    ]


def labels_of(named: Mapping[str, Results]) -> dict[str, dict[str, str]]:
    """Return, for each of the results, label there -> label when merged of the systems taken from it."""
    owners: dict[str, list[str]] = {}
    for name, results in named.items():
        for label in results.systems:
            earlier = owners.setdefault(label, [])
            if not any(_same(label, results, named[other]) for other in earlier):
                earlier.append(name)
    return {
        name: {
            label: label if len(names) == 1 else f"{label} @ {name}"
            for label, names in owners.items()
            if name in names
        }
        for name in named
    }


def _same(label: str, results: Results, other: Results) -> bool:
    """Say whether two systems of one label must give the same scores."""
    if label == REFERENCE:
        return True
    one, two = results.systems[label], other.systems[label]
    aligned = {each.setting.align for each in (results, other) if each.setting}
    return one.identity == two.identity and not one.trainable and len(aligned) == 1


def _united(
    named: Mapping[str, Results],
    labels: Mapping[str, Mapping[str, str]],
    table: Callable[[Results], pd.DataFrame],
) -> pd.DataFrame:
    parts = []
    for name, results in named.items():
        rows = table(results)
        rows = rows[rows["system"].isin(labels[name])]
        parts.append(rows.assign(system=rows["system"].map(labels[name])))
    return pd.concat(parts, ignore_index=True)


def _warnings(named: Mapping[str, Results]) -> Iterator[str]:
    yield from _told(
        {
            name: [*([f"UNFINISHED: {gap}."] if (gap := unfinished(results)) else []), *results.warnings]
            for name, results in named.items()
        }
    )


def _left_out(named: Mapping[str, Results]) -> Iterator[str]:
    if other := namesakes({name: results.scores for name, results in named.items()}):
        yield f"OTHER AUDIO: {other}: these are left out."


def _told(sentences: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Give each sentence once, with those who say it where that is not all of them."""
    for sentence in dict.fromkeys(each for told in sentences.values() for each in told):
        holders = [name for name, told in sentences.items() if sentence in told]
        yield sentence if len(holders) == len(sentences) else f"{', '.join(holders)}: {sentence}"


def _notes(named: Mapping[str, Results], measures: Sequence[Measure], mixtures: set[str]) -> Iterator[str]:
    yield f"Runs {', '.join(named)}, on the {len(mixtures)} mixtures that all of them have."
    yield from _told({name: results.notes for name, results in named.items()})
    kept = {measure.name for measure in measures}
    for name in dict.fromkeys(each.name for results in named.values() for each in results.measures):
        if name not in kept:
            yield f"{name} is left out, since not every run has it."
    if len({results.machine for results in named.values()}) > 1:
        yield "The runs are from different machines: their costs and times do not compare."
