"""Table -> a LaTeX tabular in booktabs style; the notes are comments above it."""

from benchbox.errors import one_line
from benchbox.leaderboard.table import Row, Table, heading, label_of
from benchbox.records import Measure
from benchbox.render import numbers
from benchbox.render.escape import latex as escaped
from benchbox.render.facts import cost_columns, output_columns, systems_of

_IN_MATH = {"±": r"\pm ", "%": r"\%"}


def render(table: Table) -> str:
    headers = [r"\#", "system", *map(_heading, table.measures)]
    if not table.shows_costs:
        headers += ["parameters", "RTF"]
    body = []
    for group, rows in table.groups():
        body.append(r"\midrule")
        if group:
            body.append(rf"\multicolumn{{{len(headers)}}}{{l}}{{\textit{{{escaped(label_of(group))}}}}} \\")
        body += [_line(row, rows, table) for row in rows]
    alignment = f"rl{'l' * len(table.measures)}{'' if table.shows_costs else 'rr'}"
    return "\n".join(
        [
            r"% \usepackage{booktabs}",
            *(f"% {one_line(note)}" for note in table.notes),
            *_tabular(alignment, headers, body),
            *_facts(table),
            "",
        ]
    )


def _facts(table: Table) -> list[str]:
    columns = output_columns(table) + cost_columns(table)
    if not columns:
        return []
    # Braces: a bracket at the start of a row would be taken for an option of the \\\\ before it.
    names = (f"{{}}{escaped(row.system)}" for row in systems_of(table))
    lines = zip(names, *(map(_math, column.lines()) for column in columns), strict=True)
    headers = ["system", *(escaped(column.heading) for column in columns)]
    body = [r"\midrule", *(" & ".join(line) + r" \\" for line in lines)]
    return ["", *_tabular(f"l{'r' * len(columns)}", headers, body)]


def _tabular(alignment: str, headers: list[str], body: list[str]) -> list[str]:
    return [
        rf"\begin{{tabular}}{{{alignment}}}",
        r"\toprule",
        " & ".join(headers) + r" \\",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
    ]


def _heading(measure: Measure) -> str:
    unit = f" ({measure.unit})" if measure.unit else ""
    return escaped(heading(measure) + unit)


def _line(row: Row, rows: list[Row], table: Table) -> str:
    columns = [
        escaped(numbers.rank(row)),
        escaped(numbers.name(row)),
        *(_cell(row, measure, row.system in numbers.best(rows, measure)) for measure in table.measures),
    ]
    if not table.shows_costs:
        columns += [
            escaped(numbers.parameters(row.parameters)),
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
    if "-" not in number and "<" not in number:
        return escaped(number)
    # A minus sign, not a hyphen.
    return f"${''.join(_IN_MATH.get(character, character) for character in number)}$"
