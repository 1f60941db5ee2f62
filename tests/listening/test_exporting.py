"""The files of an exported test, and what a browser makes of them on any web server."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from benchbox.errors import BadRun
from benchbox.files import read_json
from benchbox.listening.choices import Kind, read_choices
from benchbox.listening.exporting import export, exported
from benchbox.listening.importing import import_answers
from benchbox.listening.ratings import read_ratings
from benchbox.listening.trials import ANCHOR, REFERENCE, Trial, trials_of
from benchbox.runs.folder import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AXE = Path(__file__).parents[1] / "report" / "axe" / "axe.min.js"


@pytest.fixture(scope="module")
def trials(finished: Run) -> list[Trial]:
    return trials_of(finished, ["wiener", "log_mmse"])


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Callable[[Path], str]]:
    """Return what serves a folder and gives its address: any web server does."""
    servers = []

    def host(folder: Path) -> str:
        class Quiet(SimpleHTTPRequestHandler):
            def log_message(self, format: str, *arguments: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield host
    for server in servers:
        server.shutdown()
        server.server_close()


def test_no_file_says_what_a_sound_is_and_the_run_knows_it(trials: list[Trial], tmp_path: Path) -> None:
    written = export("mushra", trials, tmp_path / "listening", tmp_path / "site", seed=0)
    files = [file for file in (tmp_path / "site").rglob("*") if file.is_file()]
    assert written == sum(file.stat().st_size for file in files)
    for file in files:
        text = f"{file.relative_to(tmp_path)} {file.read_bytes()!r}"
        assert not any(word in text for word in ("wiener", "log_mmse", ANCHOR, REFERENCE))
    told = json.loads((tmp_path / "site" / "test.json").read_text())
    asked = exported(tmp_path / "listening", told["test"]).questions
    by_mixture = {trial.mixture: trial for trial in trials}
    assert {each.mixture for each in asked.values()} == by_mixture.keys()
    for question in told["questions"]:
        trial = by_mixture[asked[question["id"]].mixture]
        assert {*asked[question["id"]].signals.values()} == trial.signals.keys()
        pairs = [(question["reference"], REFERENCE), *asked[question["id"]].signals.items()]
        for sound, name in pairs:
            samples, _ = soundfile.read(tmp_path / "site" / "sounds" / f"{sound}.wav")
            np.testing.assert_allclose(samples, trial.signals[name], atol=1e-4)


def test_the_same_test_has_the_same_name_and_another_another(trials: list[Trial], tmp_path: Path) -> None:
    names = []
    for number, (kind, repeats) in enumerate([("abx", 1), ("abx", 1), ("abx", 2), ("preference", 1)]):
        export(kind, trials, tmp_path / "listening", tmp_path / str(number), seed=0, repeats=repeats)
        names.append(json.loads((tmp_path / str(number) / "test.json").read_text())["test"])
    assert names[0] == names[1]
    assert len({*names}) == 3


def test_a_folder_with_something_in_it_and_a_damaged_test_are_refused(
    trials: list[Trial], tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    with pytest.raises(BadRun, match="there is something in it"):
        export("abx", trials, tmp_path / "listening", tmp_path / "full", seed=0)
    with pytest.raises(BadRun, match="exported were: none"):
        exported(tmp_path / "listening", "x")
    export("abx", trials, tmp_path / "listening", tmp_path / "site", seed=0)
    (file,) = (tmp_path / "listening" / "exports").iterdir()
    content = {key: value for key, value in read_json(file).items() if key != "sha256"}
    file.write_text(json.dumps({**content, "questions": {"a": {"mixture": "m"}}}))
    with pytest.raises(BadRun, match="is damaged"):
        exported(tmp_path / "listening", file.stem)


@pytest.mark.parametrize("kind", ["mushra", "abx", "preference"])
def test_a_listener_goes_on_after_the_browser_was_closed_and_sends_the_answers(
    kind: str,
    trials: list[Trial],
    browser: "Browser",
    hosted: Callable[[Path], str],
    tmp_path: Path,
) -> None:
    site, folder = tmp_path / "site", tmp_path / "listening"
    export(kind, trials, folder, site, seed=0)
    address = hosted(site)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    said: list[str] = []
    requests: list[str] = []
    page = context.new_page()

    def begin() -> None:
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address)
        page.locator("#listener").fill("ann")
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("heading", name="Practice").wait_for()

    def answer() -> None:
        for number, slider in enumerate(page.locator("#signals input").all()):
            slider.fill(str(95 - number))
        if kind != "mushra":
            page.locator("#choices input").first.check()
        page.locator("#next").click()

    begin()
    answer()
    page.get_by_role("heading", name="Recording 1 of 2").wait_for()
    assert page.locator("#download").is_hidden()
    answer()
    page.get_by_role("heading", name="Recording 2 of 2").wait_for()
    page.close()
    page = context.new_page()
    begin()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate("axe.run({resultTypes: ['violations']})")["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    answer()
    page.get_by_role("heading", name="Recording 2 of 2").wait_for()
    answer()
    page.get_by_role("heading", name="Thank you").wait_for()
    with page.expect_download() as download:
        page.locator("#download").click()
    sent = tmp_path / "sent.json"
    download.value.save_as(sent)
    assert download.value.suggested_filename.startswith("ann-")
    context.close()
    assert said == []
    assert all(url.startswith((address, "blob:")) for url in requests)
    assert import_answers(folder, sent) == ("ann", 2, 0)
    if kind == "mushra":
        for rating in read_ratings(folder):
            assert sorted(rating.scores.values()) == [92, 93, 94, 95]
    else:
        assert len(read_choices(folder, Kind(kind))) == 2
