"""Verdict -> terminal, markdown (for $GITHUB_STEP_SUMMARY) or json."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table as Grid
from rich.text import Text
from tabulate import tabulate

from benchbox.errors import one_line
from benchbox.gate.compare import Comparison, NewFailures, Verdict
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
_STYLES = {"regression": "bold red", "improvement": "green", "unchanged": "dim"}
_WORDS = {"regression": "worse", "improvement": "better", "unchanged": "same"}


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
    moved = [each for each in verdict.comparisons if each.moved]
    if not moved:
        return ""
    rows = [
        [
            escaped(each.system),
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
    headings = ("system", "measure", "baseline", "candidate", "change", "found from", "mixtures", "outcome")
    grid = tabulate(rows, headings, tablefmt="github", disable_numparse=True)
    return f"<details><summary>What moved</summary>\n\n{grid}\n\n</details>\n"


def render_json(verdict: Verdict) -> str:
    """Return everything at full precision, strictly: null, never Infinity."""
    content = {
        "schema": SCHEMA,
        "exit_code": verdict.exit_code,
        "alpha": verdict.alpha,
        "comparisons": [_comparison(each) for each in verdict.comparisons],
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
        moved = [each for each in verdict.comparisons if each.moved]
        if moved:
            yield Text()
            yield _table(moved)
        yield Text()
        for note in _notes(verdict):
            yield Text(f"· {one_line(note)}", style="dim")


def _table(comparisons: Sequence[Comparison]) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    grid.add_column("system", overflow="fold")
    for title in ("measure", "from → to", "change", "found from", ""):
        grid.add_column(title, no_wrap=True)
    for each in comparisons:
        digits = _digits(each)
        grid.add_row(
            Text(one_line(each.system)),
            Text(one_line(heading(each.measure))),
            f"{numbers.fixed(each.before, digits)} → {numbers.fixed(each.after, digits)}",
            f"{numbers.signed(each.delta.mean, digits)} {numbers.margin(each.delta, digits)}",
            _found_from(each),
            _WORDS[each.outcome],
            style=_STYLES[each.outcome],
        )
    return grid


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
    )
    found = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    total = len(verdict.comparisons)
    return f"{', '.join(found) or 'no change'} in {total} comparison{'' if total == 1 else 's'}"


def _findings(verdict: Verdict) -> Iterator[tuple[str, str]]:
    for comparison in verdict.regressions:
        yield "regression", _change(comparison)
    for missing in verdict.missing:
        yield "missing", f"{missing}: the baseline has it, the candidate does not (--allow-missing)"
    for failures in verdict.failures:
        yield "new failures", _failure(failures)
    for comparison in verdict.improvements:
        yield "improvement", _change(comparison)


def _change(each: Comparison) -> str:
    digits = _digits(each)
    return (
        f"{each.system}, {heading(each.measure)}: from {numbers.fixed(each.before, digits)} to "
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
