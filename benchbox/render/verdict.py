"""Verdict -> terminal, markdown (for $GITHUB_STEP_SUMMARY) or json."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import inf, isfinite
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table as Grid
from rich.text import Text
from tabulate import tabulate

from benchbox.errors import one_line
from benchbox.gate.verdict import Comparison, NewFailures, Verdict
from benchbox.leaderboard.table import heading
from benchbox.render import numbers
from benchbox.render.escape import item
from benchbox.render.escape import markdown as escaped
from benchbox.render.terminal import plain

SCHEMA = 1

_LEGEND = (
    "found from: the smallest change that would have been found here (four times in five), at least the "
    "minimum effect."
)
_STYLES = {"regression": "bold red", "improvement": "green", "unchanged": "dim", "inconclusive": "yellow"}
_WORDS = {"regression": "worse", "improvement": "better", "unchanged": "same", "inconclusive": "unclear"}


def render_rich(verdict: Verdict) -> str:
    """Return plain text as wide as the terminal."""
    return plain(Report(verdict))


def render_markdown(verdict: Verdict) -> str:
    """Return the findings, and every comparison in which anything moved folded away."""
    found = "".join(f"- **{outcome}**: {escaped(sentence)}\n" for outcome, sentence in _findings(verdict))
    notes = "".join(f"- {item(note)}\n" for note in _notes(verdict))
    return "\n".join(
        part for part in (f"### benchbox: {_headline(verdict)}\n", found, _grid(verdict), notes) if part
    )


def _grid(verdict: Verdict) -> str:
    moved = _rows(verdict)
    if not moved:
        return ""
    rows = [
        [
            escaped(each.system),
            escaped(each.condition or "all"),
            escaped(heading(each.measure)),
            numbers.fixed(each.before, _digits(each)),
            numbers.fixed(each.after, _digits(each)),
            _delta(each),
            _found_from(each),
            each.n,
            each.outcome,
        ]
        for each in moved
    ]
    headings = (
        "system",
        "condition",
        "measure",
        "baseline",
        "candidate",
        "change",
        "found from",
        "mixtures",
        "outcome",
    )
    grid = tabulate(rows, headings, tablefmt="github", disable_numparse=True)
    return f"<details><summary>What moved</summary>\n\n{grid}\n\n</details>\n"


def render_json(verdict: Verdict) -> str:
    """Return everything at full precision, strictly: null, never Infinity."""
    content = {
        "schema": SCHEMA,
        "exit_code": verdict.exit_code,
        "alpha": verdict.alpha,
        "strict": verdict.strict,
        "comparisons": [_comparison(each) for each in verdict.comparisons],
        "conditions": [_comparison(each) for each in verdict.conditions],
        "new_failures": [asdict(each) for each in verdict.failures],
        "missing": verdict.missing,
        "notes": verdict.notes,
    }
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


@dataclass(frozen=True)
class Report:
    """What a rich console prints of a verdict."""

    verdict: Verdict

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        verdict = self.verdict
        yield Text(_headline(verdict), style="bold red" if verdict.exit_code else "bold green")
        for outcome, sentence in _findings(verdict):
            yield Text.assemble((outcome, _STYLES.get(outcome, "bold red")), f": {one_line(sentence)}")
        if moved := _rows(verdict):
            yield Text()
            yield _table(moved)
        yield Text()
        for note in _notes(verdict):
            yield Text(f"· {one_line(note)}", style="dim")


def _rows(verdict: Verdict) -> list[Comparison]:
    """Return the pools that moved, each before those of its conditions in which something else happened."""
    told = [each for each in (*verdict.regressions, *verdict.improvements) if each.condition]
    rows = []
    for pool in verdict.comparisons:
        rows += [pool] if pool.moved else []
        rows += [each for each in told if (each.system, each.measure) == (pool.system, pool.measure)]
    return rows


def _table(comparisons: Sequence[Comparison]) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    grid.add_column("system", max_width=30, overflow="fold")
    for title in ("from → to", "change", "found from", ""):
        grid.add_column(title, no_wrap=True)
    system = None
    for each in comparisons:
        if each.system != system:
            grid.add_row(Text(one_line(each.system)))
            system = each.system
        digits = _digits(each)
        grid.add_row(
            Text(one_line(f"    in {each.condition}" if each.condition else f"  {heading(each.measure)}")),
            f"{numbers.fixed(each.before, digits)} → {numbers.fixed(each.after, digits)}",
            f"{numbers.signed(each.delta.mean, digits)} {numbers.margin(each.delta, digits)}",
            _found_from(each),
            _word(each),
            style=_STYLES[each.outcome],
        )
    return grid


def _word(each: Comparison) -> str:
    large = each.outcome == "unchanged" and abs(each.delta.mean) > each.min_effect
    # For the better by more than matters, but not for sure.
    return "not worse" if large else _WORDS[each.outcome]


def _notes(verdict: Verdict) -> Iterator[str]:
    yield from verdict.notes
    still = [each for each in verdict.comparisons if not each.moved]
    if still:
        yield f"{len(still)} of {len(verdict.comparisons)} comparisons are identical in every score"
    if len(still) < len(verdict.comparisons):
        yield _LEGEND


def _headline(verdict: Verdict) -> str:
    failures = sum(each.count for each in verdict.failures)
    counts = (
        (len(verdict.regressions), "regression", "regressions"),
        (failures, "new failure", "new failures"),
        (len(verdict.missing), "missing", "missing"),
        (len(verdict.improvements), "improvement", "improvements"),
        (len(verdict.inconclusive), "inconclusive", "inconclusive"),
    )
    found = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    total = len(verdict.comparisons)
    nothing = "nothing worse" if any(each.moved for each in verdict.comparisons) else "no change"
    where = f"{total} comparison{'' if total == 1 else 's'}"
    if verdict.conditions:
        where += f" and {len(verdict.conditions)} of single conditions"
    return f"{', '.join(found) or nothing} in {where}"


def _findings(verdict: Verdict) -> Iterator[tuple[str, str]]:
    for comparison in verdict.regressions:
        yield "regression", _change(comparison)
    for missing in verdict.missing:
        yield "missing", f"{missing}; the baseline has it (--allow-missing passes without)"
    for failures in verdict.failures:
        yield "new failures", _failure(failures)
    for comparison in verdict.improvements:
        yield "improvement", _change(comparison)
    if verdict.inconclusive:
        yield "inconclusive", _doubt(verdict)


def _doubt(verdict: Verdict) -> str:
    """Say in how many comparisons a change worth failing for may hide, and how large the worst could be."""
    doubtful = verdict.inconclusive
    single = sum(each.condition is not None for each in doubtful)
    counts = [
        f"{count} of {total} {what}"
        for count, total, what in (
            (len(doubtful) - single, len(verdict.comparisons), "comparisons"),
            (single, len(verdict.conditions), "of single conditions"),
        )
        if count
    ]
    worst = max(doubtful, key=lambda each: _times(each.worst, each.min_effect))
    if worst.worst is None:
        example = f"one speaker says nothing of {_what(worst)}"
    else:
        example = (
            f"{_what(worst)} may be worse by {numbers.fixed(worst.worst, _digits(worst))}, "
            f"where {worst.min_effect:.2g} is worth failing for"
        )
    consequence = "Under --strict this fails" if verdict.strict else "This passes; under --strict it fails"
    return (
        f"{' and '.join(counts)} cannot rule out a change worth failing for ({example}); more speakers and "
        f"clips can. {consequence}"
    )


def _times(worst: float | None, min_effect: float) -> float:
    return inf if worst is None or not min_effect else worst / min_effect


def _what(each: Comparison) -> str:
    where = f" in {each.condition}" if each.condition else ""
    return f"{each.system}, {heading(each.measure)}{where}"


def _change(each: Comparison) -> str:
    digits = _digits(each)
    return (
        f"{_what(each)}: from {numbers.fixed(each.before, digits)} to "
        f"{numbers.fixed(each.after, digits)}, {_delta(each)} over {each.n} mixtures "
        f"(p = {each.p:.2g}, minimum effect {each.min_effect:.2g})"
    )


def _failure(each: NewFailures) -> str:
    return f"{each.system}, {each.measure}: {each.count} of {each.n} scores ({each.reason})"


def _found_from(each: Comparison) -> str:
    least = max(each.detectable, each.min_effect)
    return numbers.fixed(least, _digits(each)) if isfinite(least) else numbers.DASH


def _delta(each: Comparison) -> str:
    digits = _digits(each)
    return f"{numbers.signed(each.delta.mean, digits)} {numbers.limits(each.delta, digits)}".rstrip()


def _digits(each: Comparison) -> int:
    # A change is smaller than what changes.
    return numbers.decimals(each.measure) + 1


def _comparison(each: Comparison) -> dict[str, Any]:
    return {
        **asdict(each),
        "measure": each.measure.name,
        "detectable": each.detectable if isfinite(each.detectable) else None,
        "outcome": each.outcome,
    }
