"""Table -> a badge: who is ahead by the first measure, as SVG or as the JSON that shields.io reads."""

import json
import re
from xml.sax.saxutils import escape, quoteattr

from benchbox.errors import one_line
from benchbox.leaderboard.table import Table
from benchbox.render import numbers

_COLOUR = "0072B2"
_FLAG = re.compile(r"(?:^|: )([A-Z][A-Z ]+)(?=: )")
"""UNFINISHED, LEAKAGE and the like: a warning, or that of one of several runs, begins with it."""
_WIDTH = 6.6
"""Pixels a character, of 11 pixels' height; the text is then set to exactly this width."""


def message(table: Table) -> tuple[str, str]:
    """Return label and message: ("benchbox pesq_nb", "vqunet 2.73"), how many are tied ahead, and flags.

    A number travels without its table: "vqunet 2.73 (unfinished)" says that it may mislead.
    """
    measure = next(each for each in table.measures if each.name == table.primary)
    first = [row for row in table.rows if row.rank == 1 and row.cells[measure.name].mean]
    label = one_line(f"benchbox {measure.name}")
    if not first:
        return label, "no scores"
    mean = first[0].cells[measure.name].mean
    assert mean
    more = f" and {len(first) - 1} tied" if len(first) > 1 else ""
    unit = " dB" if measure.unit == "dB" else ""
    number = numbers.fixed(mean.mean, numbers.decimals(measure))
    flags = dict.fromkeys(flag.lower() for warning in table.warnings for flag in _FLAG.findall(warning)[:1])
    doubt = f" ({', '.join(flags)})" if flags else ""
    return label, one_line(f"{first[0].system}{more} {number}{unit}{doubt}")


def shields(table: Table) -> str:
    """Return the JSON of a shields.io endpoint badge."""
    label, text = message(table)
    badge = {"schemaVersion": 1, "label": label, "message": text, "color": _COLOUR}
    return json.dumps(badge, indent=2) + "\n"


def svg(table: Table) -> str:
    """Return the badge as a picture that needs nothing from anywhere."""
    label, text = message(table)
    left, right = (round(len(part) * _WIDTH) + 12 for part in (label, text))
    width = left + right
    parts = "".join(
        f'<text x="{x}" y="14" textLength="{length - 12}" lengthAdjust="spacingAndGlyphs">'
        f"{escape(part)}</text>"
        for x, length, part in ((6, left, label), (left + 6, right, text))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" '
        f"aria-label={quoteattr(f'{label}: {text}')}><title>{escape(f'{label}: {text}')}</title>"
        f'<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath><g clip-path="url(#r)">'
        f'<rect width="{left}" height="20" fill="#444"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="#{_COLOUR}"/></g>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{parts}</g></svg>\n'
    )
