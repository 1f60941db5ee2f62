"""Table -> a LaTeX tabular in booktabs style; the notes are comments above it."""

from benchbox.leaderboard.table import Row, Table, heading, label_of
from benchbox.records import Measure
from benchbox.render import numbers

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "_": r"\_",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    numbers.DASH: "--",
}


def render(table: Table) -> str:
    headers = [
        r"\#",
        "system",
        *(_heading(measure) for measure in table.measures),
        "parameters",
        "RTF",
    ]
    body = []
    for group, rows in table.groups():
        body.append(r"\midrule")
        if group:
            body.append(rf"\multicolumn{{{len(headers)}}}{{l}}{{\textit{{{_escaped(label_of(group))}}}}} \\")
        body += [_line(row, rows, table.measures) for row in rows]
    return "\n".join(
        [
            r"% \usepackage{booktabs}",
            *(f"% {note}" for note in table.notes),
            rf"\begin{{tabular}}{{rl{'l' * len(table.measures)}rr}}",
            r"\toprule",
            " & ".join(headers) + r" \\",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )


def _heading(measure: Measure) -> str:
    unit = f" ({measure.unit})" if measure.unit else ""
    return _escaped(heading(measure) + unit)


def _line(row: Row, rows: list[Row], measures: tuple[Measure, ...]) -> str:
    columns = [
        _escaped(numbers.rank(row)),
        _escaped(numbers.name(row)),
        *(_cell(row, measure, row.system in numbers.best(rows, measure)) for measure in measures),
        _escaped(numbers.parameters(row.parameters)),
        _math(numbers.real_time_factor(row.real_time_factor)),
    ]
    return " & ".join(columns) + r" \\"


def _cell(row: Row, measure: Measure, best: bool) -> str:
    cell, digits = row.cells[measure.name], numbers.decimals(measure)
    if cell.mean is None:
        return "--"
    mean = _math(numbers.fixed(cell.mean.mean, digits))
    limits = numbers.limits(cell.mean, digits)
    return (rf"\textbf{{{mean}}}" if best else mean) + (
        rf" {{\scriptsize {_math(limits)}}}" if limits else ""
    )


def _math(number: str) -> str:
    # A minus sign, not a hyphen.
    return f"${number}$" if "-" in number or "<" in number else _escaped(number)


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)
