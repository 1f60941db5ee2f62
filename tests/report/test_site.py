"""The site of several runs, in a real browser where there is one."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchbox.render.numbers import DASH
from benchbox.report import render_site, unique_names
from benchbox.runs.folder import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AXE = Path(__file__).parent / "axe" / "axe.min.js"


@pytest.fixture
def pages(run: Run, finished: Run) -> dict[str, str]:
    runs = {"first": run.results, "second": finished.results}
    return render_site(runs, {name: f"runs/{name}.html" for name in runs})


def test_the_board_has_every_run_newest_first_and_each_systems_way(pages: dict[str, str]) -> None:
    index = pages["index.html"]
    assert index.index('href="runs/second.html"') < index.index('href="runs/first.html"')
    # "half" was in the first run only, "wiener" in the second.
    rows: dict[str, list[str]] = {}
    for system, cells in re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', index, re.DOTALL):
        rows.setdefault(system, re.findall(r"<td>(.*?)</td>", cells))
    assert rows["half"] == ["1.5 ±6.4 (#1)", DASH]
    assert rows["wiener"][0] == DASH
    assert rows["wiener"][1].endswith(")")
    assert pages["badge.svg"].startswith("<svg")
    assert "UNFINISHED" not in index


def test_names_of_runs_are_files_and_differ(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a/run", "b/run", "c/<x>&", "c/run")]
    assert unique_names(paths) == ["run", "run~2", "x", "run~3"]


def test_hostile_names_stay_text(run: Run, tmp_path: Path) -> None:
    manifest = run.manifest
    facts = manifest.systems["half"]
    run.write_manifest(replace(manifest, systems={**manifest.systems, "<script>\x1b": facts}))
    index = render_site({"one": run.results}, {})["index.html"]
    assert "href=" not in index
    assert "<script>" not in index
    assert "&lt;script&gt;\\x1b" in index


def test_it_is_accessible_and_leads_to_the_pages(finished: Run, browser: "Browser", tmp_path: Path) -> None:
    other = shutil.copytree(finished.path, tmp_path / "other")
    command = [sys.executable, "-m", "benchbox", "site", finished.path, other, "--output", tmp_path / "site"]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.stdout.endswith("index.html: 2 runs\n"), done.stderr
    context = browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto((tmp_path / "site" / "index.html").as_uri())
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(each["id"], each["help"]) for each in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="other").click()
    page.locator("#board tbody tr").first.wait_for()
    context.close()
