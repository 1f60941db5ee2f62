"""Results worth keeping in version control: a small, sorted text file that a later run is compared with."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchbox.errors import BadRun, Damaged
from benchbox.files import CHECKSUM, as_record, atomic, checksum, read_json
from benchbox.records import Measure
from benchbox.results.completeness import unfinished
from benchbox.results.record import Results, SystemFacts

SCHEMA = 1

_MIXTURE = ["noise", "snr_db", "utterance", "recording", "speaker", "audio"]
_KINDS = {
    **dict.fromkeys(_MIXTURE[:4], str),
    "snr_db": float | None,
    **dict.fromkeys(_MIXTURE[4:], str | None),
}
_SCORE = ["system", "mixture", "measure", "value", "status", "failure"]
_UNKNOWN = dict.fromkeys(("delay_samples", "gain_db", "polarity"), float("nan"))
"""What a baseline does not keep of an output."""


@dataclass(frozen=True)
class _Baseline:
    """What the file holds."""

    measures: tuple[Measure, ...]
    identities: Mapping[str, Mapping[str, str]]
    columns: list[str]
    mixtures: Mapping[str, tuple[str | float | None, ...]]
    """Mixture -> a value for each column."""
    scores: Mapping[str, Mapping[str, tuple[float | None, ...]]]
    """System -> mixture -> a value for each measure."""


def save_baseline(results: Results, path: Path) -> None:
    """Write results as JSON with one line a mixture and one a score, so that a diff shows what changed.

    Values keep five significant digits, failed ones become null; systems and mixtures are sorted.

    Raises:
        BadRun: the run is not finished.
    """
    if gap := unfinished(results):
        raise BadRun(f"no baseline of an unfinished run ({gap}); run it again, it goes on where it stopped")
    names = [measure.name for measure in results.measures]
    scores = results.scores.assign(value=five_digits(results.scores["value"].where(is_ok(results.scores))))
    mixtures = scores.drop_duplicates("mixture").sort_values([*_MIXTURE[:3], "mixture"])
    order, described = mixtures["mixture"], mixtures.reindex(columns=_MIXTURE)
    systems = {
        system: rows.pivot(index="mixture", columns="measure", values="value").reindex(columns=names)
        for system, rows in scores.groupby("system")
    }
    content = {
        "benchbox_baseline": str(SCHEMA),
        "measures": _block("[]", 1, (_json(asdict(measure)) for measure in results.measures)),
        "identities": _members(1, ((name, _json(results.identities.get(name, {}))) for name in names)),
        "columns": _json(_MIXTURE),
        "mixtures": _members(1, zip(order, map(_json, described.to_numpy().tolist()), strict=True)),
        "scores": _members(1, ((str(system), _scores(values, order)) for system, values in systems.items())),
    }
    digest = checksum(json.loads(_members(0, content.items())))
    with atomic(path) as temporary:
        text = _members(0, {**content, CHECKSUM: _json(digest)}.items())
        temporary.write_text(text + "\n", encoding="utf-8")


def load_baseline(path: Path) -> Results:
    """Read what `save_baseline` wrote.

    Raises:
        BadRun: the file is missing, damaged, or of another version.
    """
    if not path.exists():
        raise BadRun(f"no baseline {path}; `benchbox baseline save RUN {path}` makes one")
    try:
        content = read_json(path)
        schema = content.get("benchbox_baseline")
        if schema != SCHEMA:
            raise BadRun(f"{path} has baseline schema {schema!r:.40}, this benchbox reads {SCHEMA}")
        baseline = as_record(content, _Baseline, path)
        _check(baseline, path)
    except BadRun as error:
        raise type(error)(f"{error}; `benchbox baseline save RUN {path}` makes a new one") from None
    systems = dict.fromkeys(baseline.scores, SystemFacts())
    return Results(_frame(baseline), baseline.measures, systems, baseline.identities)


def is_ok(scores: pd.DataFrame) -> "pd.Series[bool]":
    """Say which rows hold a score."""
    return (scores["status"] == "ok") & scores["value"].notna()


def five_digits(values: "pd.Series[float]") -> "pd.Series[float]":
    """Round to what a baseline keeps, so that a run equals its own baseline exactly."""
    return values.map(lambda value: float(f"{value:.5g}"))


def _scores(values: pd.DataFrame, order: "pd.Series[str]") -> str:
    rows = values.loc[[mixture for mixture in order if mixture in values.index]]
    return _members(2, zip(rows.index, map(_json, rows.to_numpy().tolist()), strict=True))


def _check(baseline: _Baseline, path: Path) -> None:
    """Refuse what is of the right types and no baseline for all that."""
    names = [measure.name for measure in baseline.measures]
    columns = baseline.columns
    problems = {
        "measures: there are none, or one twice": not names or len(set(names)) < len(names),
        f"columns: {', '.join(columns)[:200]}": not {*_MIXTURE[:4]} <= {*columns} <= {*_MIXTURE}
        or len({*columns}) < len(columns),
        "mixtures: one has not a value for each column": any(
            len(each) != len(columns) for each in baseline.mixtures.values()
        ),
        "mixtures: one has a number for a name, or no name": any(
            not isinstance(value, _KINDS[column])
            for each in baseline.mixtures.values()
            for column, value in zip(columns, each, strict=False)
            if column in _KINDS
        ),
        "scores: there are none": not any(baseline.scores.values()),
        "scores: one has not a value for each measure": any(
            len(values) != len(names) for rows in baseline.scores.values() for values in rows.values()
        ),
        "scores: one is of a mixture that is not there": any(
            not rows.keys() <= baseline.mixtures.keys() for rows in baseline.scores.values()
        ),
    }
    for problem, found in problems.items():
        if found:
            raise Damaged(f"{path} is damaged: {problem}")


def _frame(baseline: _Baseline) -> pd.DataFrame:
    rows = [
        (system, mixture, measure.name, value, "unscorable" if value is None else "ok", None)
        for system, mixtures in baseline.scores.items()
        for mixture, values in mixtures.items()
        for measure, value in zip(baseline.measures, values, strict=True)
    ]
    described, columns = dict(baseline.mixtures), pd.Index(baseline.columns)
    mixtures = pd.DataFrame.from_dict(described, orient="index", columns=columns)
    scores = pd.DataFrame(rows, columns=_SCORE).astype({"value": float}).assign(**_UNKNOWN)
    return scores.join(mixtures, on="mixture")


def _json(value: Any) -> str:
    """Return one line of strict JSON; NaN, which pandas uses for what is missing, becomes null."""
    if isinstance(value, list):
        value = [None if each != each else each for each in value]
    return json.dumps(value, allow_nan=False, ensure_ascii=False)


def _members(depth: int, members: Iterable[tuple[Any, str]]) -> str:
    return _block("{}", depth, (f"{_json(key)}: {value}" for key, value in members))


def _block(brackets: str, depth: int, lines: Iterable[str]) -> str:
    """Put each line on one of its own between two brackets."""
    indent = "  " * depth
    return f"{brackets[0]}\n" + ",\n".join(f"{indent}  {line}" for line in lines) + f"\n{indent}{brackets[1]}"
