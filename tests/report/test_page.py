"""The page in a real browser: what can be sorted, filtered, heard and read; what hostile names do."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchbox.listening.choices import Choice, Kind, keep_choice
from benchbox.report import content_of, encode_clips, kept_clips, render_page
from benchbox.report.content import shown
from benchbox.runs.folder import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = Path(__file__).parent / "axe" / "axe.min.js"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
HOSTILE = '</script><img src=x onerror="alert(1)">\'"`&<!--<b>\u202e\x1b[31m{{7*7}}'


@dataclass
class Opened:
    """A page in the browser, and what it said and asked for meanwhile."""

    page: "Page"
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def html(finished: Run) -> str:
    content = content_of([finished])
    kept = kept_clips(finished, content.labels[str(finished.path)])
    clips = [replace(clip, cache=None) for clip in kept]  # others read this run, too
    encoded, left_out = encode_clips(clips, 10_000_000)
    assert (len(encoded), left_out) == (2, 0)
    return render_page(content, encoded)


Open = Callable[..., Opened]


def until(page: "Page", condition: str) -> None:
    """Wait for a condition; by asking again, since the page's policy lets nothing evaluate text in it."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {condition}")


@pytest.fixture
def opened(browser: "Browser", tmp_path: Path) -> Iterator[Open]:
    contexts = []

    def open_page(html: str, size: str = "desktop", theme: Any = "light") -> Opened:
        file = tmp_path / "report.html"
        file.write_text(html, encoding="utf-8")
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        contexts.append(context)
        made = Opened(context.new_page())
        made.page.on("console", lambda message: made.console.append(message.text))
        made.page.on("pageerror", lambda error: made.console.append(str(error)))
        made.page.on("request", lambda request: made.requests.append(request.url))
        made.page.on("dialog", lambda dialog: made.console.append(f"dialog: {dialog.message}"))
        made.page.goto(file.as_uri())
        return made

    yield open_page
    for context in contexts:
        context.close()


def labels(page: "Page") -> list[str]:
    return page.locator("#board tbody th").all_inner_texts()


def values(page: "Page", column: int) -> list[float]:
    texts = page.locator(f"#board tbody tr:not(.aside) td:nth-child({column}) .value").all_inner_texts()
    return [float(text.replace("\u2212", "-")) for text in texts]


def test_the_leaderboard_is_sorted_by_any_measure_and_keeps_ties(html: str, opened: Open) -> None:
    page = opened(html).page
    assert values(page, 3) == sorted(values(page, 3), reverse=True)
    page.get_by_role("button", name="nsr").click()
    assert values(page, 4) == sorted(values(page, 4))
    assert page.locator('#board th[aria-sort="descending"]').inner_text().strip().startswith("\u25be nsr")
    ranks = page.locator("#board tbody tr:not(.aside) td.rank").all_inner_texts()
    assert [rank.rstrip("=") for rank in ranks] == sorted(rank.rstrip("=") for rank in ranks)
    page.keyboard.press("Enter")  # the button keeps the focus
    assert values(page, 4) == sorted(values(page, 4), reverse=True)


def test_the_leaderboard_is_filtered_by_noise_snr_and_system(html: str, opened: Open) -> None:
    page = opened(html).page
    everywhere = values(page, 3)
    page.locator("#noise").select_option("white")
    page.locator("#snr").select_option("10")
    assert values(page, 3) != everywhere
    assert page.locator("#board caption").inner_text().startswith("white, 10 dB")
    page.locator("#search").fill("LOG")
    assert labels(page) == ["log_mmse"]
    page.locator("#search").fill("")
    page.get_by_label("noisy and bounds").uncheck()
    assert "noisy" not in labels(page)
    page.get_by_text("Measures", exact=True).click()
    page.get_by_label("nsr", exact=True).uncheck()
    assert page.locator("#board thead").inner_text().count("nsr") == 0


def test_what_the_page_shows_is_what_the_leaderboard_says(html: str, finished: Run, opened: Open) -> None:
    page = opened(html).page
    table = finished.leaderboard().table
    means = {row.system: row.cells["si_sdr"].mean for row in table.rows}
    for row in page.locator("#board tbody tr").all():
        mean = means[row.locator("th").inner_text().removesuffix(" bound").strip()]
        shown = row.locator("td:nth-child(3)").inner_text()
        assert shown.startswith("\u2013" if mean is None else f"{mean.mean:.1f}".replace("-", "-"))
    assert page.locator(".separated").inner_text().startswith(table.rows[1].system)


def test_switching_systems_while_a_clip_plays_keeps_the_time_running(html: str, opened: Open) -> None:
    page = opened(html).page
    clock = "Number(document.querySelector('#seek').value)"
    page.locator("#play").click()
    until(page, f"{clock} > 0.1")
    before = page.evaluate(clock)
    page.keyboard.press("4")
    assert page.locator("input[name=track]:checked").get_attribute("value") == "3"
    until(page, f"{clock} > {before} + 0.05")
    page.keyboard.press("x")
    assert page.locator("input[name=track]:checked").get_attribute("value") == "1"
    between = page.evaluate(clock)
    assert between > before
    until(page, f"{clock} > {between} + 0.05")
    page.locator("#play").click()
    assert page.locator("#play").inner_text() == "Play"
    stopped = page.evaluate(clock)
    page.wait_for_timeout(100)
    assert page.evaluate(clock) == pytest.approx(stopped, abs=0.011)


def test_the_spectrum_and_the_difference_are_of_what_is_heard(html: str, opened: Open) -> None:
    page = opened(html).page
    picture = "document.querySelector('#spectrum').toDataURL()"
    label = "document.querySelector('#{}').getAttribute('aria-label') === '{}'"
    until(page, label.format("spectrum", "Spectrum of noisy"))
    noisy = page.evaluate(picture)
    page.locator("#listen").scroll_into_view_if_needed()
    page.keyboard.press("1")
    until(page, label.format("spectrum", "Spectrum of clean"))
    until(page, label.format("difference", "Difference from clean of clean"))
    assert page.evaluate(picture) != noisy
    colours = page.evaluate(
        """() => {
            const canvas = document.querySelector("#difference");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )
    assert colours == 1  # clean differs from clean nowhere


def test_sounds_without_a_clean_one_have_a_spectrum_and_no_difference(finished: Run, opened: Open) -> None:
    content = content_of([finished])
    first = next(iter(kept_clips(finished, {})))
    sounds = {name: samples for name, samples in first.sounds.items() if name != "clean"}
    encoded, _ = encode_clips([replace(first, sounds=sounds)], 10_000_000)
    made = opened(render_page(content, encoded))
    until(made.page, "document.querySelector('#spectrum').width > 300")
    assert made.page.locator("#difference").is_hidden()
    made.page.keyboard.press("1")
    assert made.console == []


def test_two_systems_are_compared_clip_by_clip(html: str, finished: Run, opened: Open) -> None:
    page = opened(html).page
    page.locator("#pair-one").select_option("log_mmse")
    page.locator("#pair-other").select_option("noisy")
    page.locator("#pair-measure").select_option("si_sdr")
    cell = next(row for row in finished.leaderboard().table.rows if row.system == "log_mmse").cells["si_sdr"]
    assert cell.delta
    assert f": +{cell.delta.mean:.1f} [" in page.locator("#answer").inner_text()
    assert page.locator("#pairs svg rect").count() > 2


def test_what_listeners_chose_is_a_table(finished: Run, opened: Open, tmp_path: Path) -> None:
    run = Run(shutil.copytree(finished.path, tmp_path / "run"))
    pair = ("log_mmse", "wiener")
    for kind, x in ((Kind.abx, "wiener"), (Kind.preference, None)):
        for number, mixture in enumerate(run.scores["mixture"].unique()[:4]):
            for listener in ("ann", "bob"):
                said = "wiener" if number < 3 else "log_mmse"
                keep_choice(run.path / "listening", kind, Choice(listener, mixture, pair, said, x))
    page = opened(render_page(content_of([run]))).page
    assert page.locator("#choices tbody tr").all_inner_texts() == [
        "log_mmse and wiener told apart\tall\t75 % [35, 97]\t8\t0.14",
        "log_mmse and wiener told apart\tann\t75 % [19, 99]\t4\t0.31",
        "log_mmse and wiener told apart\tbob\t75 % [19, 99]\t4\t0.31",
        "wiener preferred to log_mmse\tall\t75 % [0, 100]\t8\t\u2013",
    ]
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate("axe.run({resultTypes: ['violations']})")["violations"] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_it_is_accessible_fits_its_screen_and_asks_for_nothing(
    size: str, theme: str, html: str, opened: Open, tmp_path: Path
) -> None:
    made = opened(html, size, theme)
    made.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = made.page.evaluate("axe.run({resultTypes: ['violations']})")
    assert [
        (each["id"], each["help"], [node["html"] for node in each["nodes"]][:3])
        for each in found["violations"]
    ] == []
    assert made.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    made.page.screenshot(path=tmp_path / "shot.png")
    assert (tmp_path / "shot.png").stat().st_size > 10_000
    assert made.console == []
    outside = [url for url in made.requests if not url.startswith(("file:", "data:"))]
    assert outside == []
    assert len([url for url in made.requests if url.startswith("file:")]) == 1


def test_hostile_names_are_shown_and_do_nothing(html: str, finished: Run, opened: Open) -> None:
    content = content_of([finished])
    text = json.dumps(content.data).replace("log_mmse", json.dumps(HOSTILE)[1:-1])
    hostile = replace(
        content,
        data=shown(json.loads(text.replace('"white"', json.dumps(HOSTILE)))),
        title=HOSTILE,
        compared=HOSTILE,
        separated=HOSTILE,
    )
    made = opened(render_page(hostile, [], [HOSTILE]))
    until(made.page, "document.querySelectorAll('#board tbody tr').length > 3")
    assert made.console == []
    assert made.page.locator("img, b:not(.bar b)").count() == 0
    assert any(name.startswith("</script><img src=x") for name in labels(made.page))
    assert "49" not in made.page.locator("h1").inner_text()


@pytest.mark.parametrize("systems", [200])
def test_sorting_many_systems_takes_no_visible_time(systems: int, finished: Run, opened: Open) -> None:
    content = content_of([finished])
    data = json.loads(json.dumps(content.data))
    data["systems"] = [{**data["systems"][1], "label": f"system {number}"} for number in range(systems)]
    for view in data["views"]:
        view["cells"] = {
            name: [[number, number - 1, number + 1, number, 0, number, 24] for number in range(systems)]
            for name in view["cells"]
        }
        view["ranks"] = {name: list(range(systems, 0, -1)) for name in view["cells"]}
        view["scored"] = [[24, 0]] * systems
    data["values"] = {name: [lines[0]] * systems for name, lines in data["values"].items()}
    data["training"] = []
    page = opened(render_page(replace(content, data=data))).page
    page.get_by_role("button", name="nsr").click()
    assert len(labels(page)) == systems
    # The median of several: what one frame takes on a busy machine says nothing.
    took = page.evaluate(
        "(() => { const took = []; for (let i = 0; i < 9; i += 1) { const t = performance.now(); "
        "document.querySelector('[data-sort=si_sdr]').click(); document.body.offsetHeight; "
        "took.push(performance.now() - t); } return took.sort((a, b) => a - b)[4]; })()"
    )
    assert took < 1000


def test_without_scripts_the_leaderboard_is_there(html: str, browser: "Browser", tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html, encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    text = page.locator("noscript").inner_text()
    context.close()
    assert "log_mmse" in text
