"""Our own site, made from what is committed."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pages
import pytest

from benchbox.runs.folder import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AXE = Path(__file__).parents[1] / "report" / "axe" / "axe.min.js"


@pytest.fixture(scope="module")
def site(finished: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    pages.write(target, [finished.path])
    return target


def test_the_board_tells_of_the_gate_and_of_every_table_and_its_links_lead_somewhere(site: Path) -> None:
    index = (site / "index.html").read_text(encoding="utf-8")
    names = [name for name, _ in pages.baselines()]
    assert names
    assert all(f"<h3>{name}</h3>" in index for name in names)
    assert index.count("results/") == len(list(pages.RESULTS.glob("*.md")))
    for page in site.rglob("*.html"):
        for link in re.findall(r'<a href="([^"#:]+)"', page.read_text(encoding="utf-8")):
            assert (page.parent / link).is_file(), f"{page}: {link}"


def test_a_page_in_markdown_keeps_its_table_and_loses_links_to_what_is_not_there() -> None:
    title, page = pages.document(
        "# Of `x`\n\n[a](other.md) [b](../suites/b.toml) [c](https://example.org/c)\n\n"
        "<script>alert(1)</script>\n\n| h |\n|---|\n| 1 |\n"
    )
    assert title == "Of x"
    assert '<a href="other.html">a</a> <a>b</a> <a href="https://example.org/c">c</a>' in page
    assert "<td>1</td>" in page
    assert "<script>" not in page


def test_it_is_accessible_and_fits_a_phone(site: Path, browser: "Browser") -> None:
    context = browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 800})
    page = context.new_page()
    for name in ("index", "results/peers"):
        page.goto((site / f"{name}.html").as_uri())
        page.evaluate(AXE.read_text(encoding="utf-8"))
        violations = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        assert [(each["id"], each["help"]) for each in violations] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
