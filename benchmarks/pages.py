"""Make our site from what is committed: how the gate's scores went, and the tables of results/.

    python benchmarks/pages.py OUT [RUN ...]

OUT/index.html is a board of every committed baseline of the gate (its history, as far as this checkout has
it) and of the run folders that are named, with the page of each run; beside it, results/*.md as pages. The
runs behind those tables are not committed: where a page says so, its command makes them again.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from benchbox.commands.report import Page
from benchbox.errors import BadRun
from benchbox.files import atomic
from benchbox.gate.baseline import load_baseline
from benchbox.report import Document, render_site, unique_names
from benchbox.results.record import Results
from benchbox.runs.folder import Run

HERE = Path(__file__).parent
GATE = HERE / "baselines" / "gate.json"
RESULTS = HERE / "results"
_MEGABYTES = 15.0


def write(target: Path, runs: Sequence[Path]) -> None:
    """Write the site of what is committed here and of some runs."""
    opened = dict(zip(unique_names(runs), map(Run.open, runs), strict=True))
    places = {name: f"runs/{name}.html" for name in opened}
    documents = []
    for file in sorted(RESULTS.glob("*.md")):
        title, page = document(file.read_text(encoding="utf-8"))
        documents.append(Document(title, f"results/{file.stem}.html"))
        _write(target / documents[-1].page, page)
    for name, run in opened.items():
        Page(target / places[name], _MEGABYTES).write([run])
    measured = {**dict(baselines()), **{name: run.results for name, run in opened.items()}}
    for path, text in render_site(measured, places, documents).items():
        _write(target / path, text)


def baselines() -> Iterator[tuple[str, Results]]:
    """Give every committed baseline of the gate that can be read, oldest first, by its day and commit."""
    log = _git("log", "--format=%h %cs", "--", GATE.name)
    for line in reversed((log or "").splitlines()):
        commit, day = line.split()
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / GATE.name
            kept.write_text(_git("show", f"{commit}:./{GATE.name}") or "", encoding="utf-8")
            try:
                yield f"gate {day} {commit}", load_baseline(kept)
            except BadRun as error:
                print(f"the gate's baseline of {commit} is left out: {error}", file=sys.stderr)
    if not log:  # an archive, or git is not there
        yield "gate", load_baseline(GATE)


def document(text: str) -> tuple[str, str]:
    """Return the title of a page in Markdown, and the page as HTML of the site's look."""
    from jinja2 import Environment
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    title = next(after.content for token, after in pairwise(tokens) if token.tag == "h1").replace("`", "")
    for token in tokens:
        for child in token.children or []:
            target = str(child.attrGet("href") or "")
            if target.endswith(".md") and "/" not in target:
                child.attrSet("href", f"{target.removesuffix('.md')}.html")
            elif target and "://" not in target:
                child.attrs.pop("href")  # a file of the repository, which is not on the site
    style = files("benchbox.report").joinpath("page", "style.css").read_text(encoding="utf-8")
    body = reader.renderer.render(tokens, reader.options, {})
    # What is wide scrolls in its own frame, also by keyboard.
    first, *tables = body.split("<table>")
    scroller = '<div class="scroll" role="region" aria-label="Table {}" tabindex="0"><table>'
    body = first + "".join(scroller.format(number) + table for number, table in enumerate(tables, start=1))
    body = body.replace("</table>", "</table></div>")
    body = body.replace("<pre>", '<pre tabindex="0">')
    page = Environment(autoescape=True).from_string(_PAGE)
    return title, page.render(title=title, style=style, policy=_POLICY, body=body)


_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<title>{{ title }}</title>
<style>{{ style | safe }}
pre { overflow-x: auto; }
p, li { max-width: 60rem; }</style>
</head>
<body>
<main class="wrap">
<p><a href="../index.html">All results</a></p>
{{ body | safe }}
</main>
</body>
</html>
"""


def _git(*arguments: str) -> str | None:
    """Return what git says in the baseline's folder; None where it cannot."""
    try:
        return subprocess.run(
            ["git", "-C", str(GATE.parent), *arguments], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None


def _write(path: Path, text: str) -> None:
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} OUT [RUN ...]")
    write(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
