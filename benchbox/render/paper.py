"""Tables -> one LaTeX tabular for a paper: systems down, SNRs across below each measure."""

from collections.abc import Iterator, Mapping

from benchbox.errors import one_line
from benchbox.leaderboard.table import Group, Row, Table, heading, label_of
from benchbox.records import Measure
from benchbox.render import numbers
from benchbox.render.escape import latex as escaped

_LEGEND = "Bold: the best mean. Underlined: by a paired test no system is better."


def render_paper(tables: Mapping[str, Table], *, intervals: bool = True, digits: int | None = None) -> str:
    """Return LaTeX in booktabs style, with notes as comments above it.

    Args:
        tables: measure -> the leaderboard that it ranks, by SNR or by noise and SNR: each measure has ties of
            its own. Their order is that of the columns.
        intervals: put ± the larger side of the interval behind each mean.
        digits: behind the point; by default as many as the field is used to of each measure.
    """
    first = next(iter(tables.values()))
    measures = {measure.name: measure for measure in first.measures}
    chosen = [measures[name] for name in tables]
    levels = list(dict.fromkeys(row.group[-1:] for row in first.rows))
    columns = len(chosen) * len(levels)
    body: list[str] = []
    for place in dict.fromkeys(row.group[:-1] for row in first.rows):
        body.append(r"\midrule")
        if place:
            body.append(rf"\multicolumn{{{columns + 1}}}{{l}}{{\textit{{{escaped(label_of(place))}}}}} \\")
        for system in _systems(first):
            cells = [
                _cell(tables[measure.name], (*place, *level), system, measure, intervals, digits)
                for measure in chosen
                for level in levels
            ]
            body.append(" & ".join([_name(first, system), *cells]) + r" \\")
    return "\n".join(
        [
            r"% \usepackage{booktabs}",
            *(f"% {one_line(note)}" for note in (*first.notes, _LEGEND)),
            rf"\begin{{tabular}}{{l{'r' * columns}}}",
            r"\toprule",
            *_head(chosen, levels),
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )


def _head(measures: list[Measure], levels: list[Group]) -> Iterator[str]:
    width = len(levels)
    named = [heading(measure) + (f" ({measure.unit})" if measure.unit else "") for measure in measures]
    titles = (rf"\multicolumn{{{width}}}{{c}}{{{escaped(name)}}}" for name in named)
    yield " & ".join(["", *titles]) + r" \\"
    starts = (2 + number * width for number in range(len(measures)))
    yield " ".join(rf"\cmidrule(lr){{{start}-{start + width - 1}}}" for start in starts)
    yield " & ".join(["system", *[_level(level) for level in levels] * len(measures)]) + r" \\"


def _level(level: Group) -> str:
    text = label_of(level)
    return f"${text.removesuffix(' dB')}$ dB" if text.startswith("-") else escaped(text)


def _systems(table: Table) -> list[str]:
    """Return the reference, then the systems by rank where they first stand, then the bounds."""
    kinds = ("reference", "system", "bound")
    return sorted(
        dict.fromkeys(row.system for row in table.rows),
        key=lambda system: min(kinds.index(row.kind) for row in table.rows if row.system == system),
    )


def _name(table: Table, system: str) -> str:
    row = next(row for row in table.rows if row.system == system)
    # Braces: a bracket at the start of a row would be taken for an option of the \\ before it.
    return f"{{}}{escaped(numbers.name(row))}"


def _cell(
    table: Table, group: Group, system: str, measure: Measure, intervals: bool, digits: int | None
) -> str:
    rows = [row for row in table.rows if row.group == group]
    row = next((row for row in rows if row.system == system), None)
    mean = row.cells[measure.name].mean if row else None
    if row is None or mean is None:
        return "--"
    places = numbers.decimals(measure) if digits is None else digits
    number = numbers.fixed(mean.mean, places)
    text = f"${number}$" if number.startswith("-") else number
    best = numbers.best(rows, measure)
    if system in best:
        text = rf"\textbf{{{text}}}" if "$" not in text else rf"$\mathbf{{{number}}}$"
    elif _tied(row, rows, best):
        text = rf"\underline{{{text}}}"
    margin = numbers.margin(mean, places) if intervals else ""
    return rf"{text} {{\scriptsize {escaped(margin)}}}" if margin else text


def _tied(row: Row, rows: list[Row], best: set[str]) -> bool:
    ranks = {each.rank for each in rows if each.system in best}
    return row.rank is not None and row.rank in ranks
