"""Content -> HTML: one file, with its style and its script in it, and a policy that lets no other in."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any

from benchbox import __version__
from benchbox.leaderboard.table import Table, heading
from benchbox.render import numbers
from benchbox.render.escape import plain, script_json
from benchbox.render.templates import templates
from benchbox.report.content import Content

SCRIPTS = ("common", "table", "charts", "pairs", "listen", "rest")
"""Files of page/, in the order in which one begins where the other ends."""


def render_page(
    content: Content,
    clips: Sequence[dict[str, Any]] = (),
    notes: Sequence[str] = (),
    refresh: int | None = None,
) -> str:
    """Return the page as HTML.

    Args:
        clips: the sounds, from `sounds.encode_clips`.
        notes: what a reader must know of the sounds.
        refresh: seconds after which the page loads itself again.
    """
    script = _script()
    return (
        templates("benchbox.report")
        .get_template("page.html.j2")
        .render(
            content=content,
            version=__version__,
            refresh=refresh,
            style=_text("style.css"),
            script=script,
            script_hash=b64encode(sha256(script.encode()).digest()).decode(),
            data=script_json(content.data),
            sounds=script_json({"clips": list(clips), "notes": list(notes)}),
            table=_plain_table(content.table),
            plain=plain,
        )
    )


def render_template(name: str, **values: Any) -> str:
    """Return another page of the same look, which runs no script."""
    return (
        templates("benchbox.report")
        .get_template(name)
        .render(version=__version__, style=_text("style.css"), **values)
    )


def _script() -> str:
    parts = "\n".join(_text(f"{name}.js") for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _text(name: str) -> str:
    return files("benchbox.report").joinpath("page", name).read_text(encoding="utf-8")


def _plain_table(table: Table) -> list[list[str]]:
    """Return the leaderboard as text, for a browser that runs no scripts."""
    lines = [["#", "system", *map(heading, table.measures), "ok / failed"]]
    for row in table.rows:
        cells = [(row.cells[measure.name].mean, numbers.decimals(measure)) for measure in table.measures]
        scores = [
            f"{numbers.fixed(mean.mean, digits)} {numbers.margin(mean, digits)}" if mean else numbers.DASH
            for mean, digits in cells
        ]
        lines.append([numbers.rank(row), numbers.name(row), *scores, f"{row.n_ok} / {row.n_failed}"])
    return [[plain(text) for text in line] for line in lines]
