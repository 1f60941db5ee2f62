"""The listening test as a browser meets it, with a listener that is a script; and what it refuses."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchbox.listening.choices import Kind, read_choices
from benchbox.listening.comparing import ComparisonTest, Question
from benchbox.listening.ratings import read_ratings
from benchbox.listening.trials import REFERENCE, trials_of
from benchbox.runs.folder import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Served = Callable[..., "Server"]
AXE = Path(__file__).parents[1] / "report" / "axe" / "axe.min.js"


class Server:
    """`benchbox listen` in a process of its own."""

    def __init__(self, run: Path, *more: str) -> None:
        command = [sys.executable, "-m", "benchbox", "listen", str(run), "--port", "0", *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.process.stdout.readline())
        assert found
        self.address, self.port = found[0], int(found[1])

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        kind = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), {**kind, **headers})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content) if content[:1] == b"{" else content

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture
def served(copied: Run) -> Iterator[Served]:
    started: list[Server] = []

    def serve(*more: str) -> Server:
        started.append(Server(copied.path, *more))
        return started[-1]

    yield serve
    for server in started:
        if server.process.poll() is None:
            server.kill()


def rate(page: "Page", count: int) -> None:
    """Listen to the versions, move every slider, and go on."""
    page.locator("#play").click()
    for key in ("1", "2", "0"):
        page.keyboard.press(key)
    sliders = page.locator("#signals input")
    assert sliders.count() == count
    assert page.locator("#next").is_disabled()
    for number in range(count):
        sliders.nth(number).fill(str(90 - number))
    page.locator("#next").click()


def test_a_listener_completes_a_test_whose_server_is_killed_half_way(
    browser: "Browser", served: Served, copied: Run
) -> None:
    said: list[str] = []
    context = browser.new_context()
    page = context.new_page()
    page.on("pageerror", lambda error: said.append(str(error)))
    server = served()

    def begin(server: Server) -> None:
        page.goto(server.address)
        page.locator("#listener").fill("ann")
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("heading", name="Practice").wait_for()

    begin(server)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(each["id"], each["help"]) for each in violations] == []
    assert "wiener" not in page.content()
    rate(page, 6)
    page.get_by_role("heading", name="Recording 1 of 2").wait_for()
    assert read_ratings(copied.path / "listening") == []  # practice is not kept
    rate(page, 6)
    page.get_by_role("heading", name="Recording 2 of 2").wait_for()
    server.kill()
    for slider in page.locator("#signals input").all():
        slider.fill("50")
    page.locator("#next").click()
    page.get_by_text("What was answered is kept").wait_for()
    assert len(read_ratings(copied.path / "listening")) == 1

    begin(served())
    rate(page, 6)
    page.get_by_role("heading", name="Recording 2 of 2").wait_for()
    rate(page, 6)
    page.get_by_role("heading", name="Thank you").wait_for()
    context.close()
    assert said == []
    ratings = read_ratings(copied.path / "listening")
    assert {each.mixture for each in ratings} == {trial.mixture for trial in trials_of(copied)}
    for each in ratings:
        trial = next(trial for trial in trials_of(copied) if trial.mixture == each.mixture)
        # The first place of this listener got 90, the next 89, and so on.
        assert [each.scores[name] for name in trial.order("ann", 0)] == [90, 89, 88, 87, 86, 85]


@pytest.mark.parametrize("kind", Kind)
def test_two_systems_are_compared_by_a_listener_whose_server_is_killed_half_way(
    kind: Kind, browser: "Browser", served: Served, copied: Run
) -> None:
    said: list[str] = []
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.on("pageerror", lambda error: said.append(str(error)))
    more = ("--test", kind, "--systems", "wiener;log_mmse", "--repeats", "2")
    folder = copied.path / "listening"

    def begin(server: Server) -> None:
        page.goto(server.address)
        page.locator("#listener").fill("ann")
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("heading", name="Practice").wait_for()

    def answer(number: int) -> None:
        page.locator("#play").click()
        for key in "bax" if kind is Kind.abx else "ba":
            page.keyboard.press(key)
        assert page.locator("#next").is_disabled()
        page.locator("#choices input").nth(number).check()
        page.locator("#next").click()

    server = served(*more)
    begin(server)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(each["id"], each["help"]) for each in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "wiener" not in page.content()
    answer(0)
    page.get_by_role("heading", name="Recording 1 of 4").wait_for()
    assert read_choices(folder, kind) == []  # practice is not kept
    answer(0)
    page.get_by_role("heading", name="Recording 2 of 4").wait_for()
    server.kill()
    answer(1)
    page.get_by_text("What was answered is kept").wait_for()
    assert len(read_choices(folder, kind)) == 1

    begin(served(*more))
    for number, last in enumerate((0, 1, 1, -1)):
        answer(last)
        page.get_by_role("heading", name=f"Recording {number + 2} of 4" if number < 3 else "Thank").wait_for()
    context.close()
    assert said == []
    choices = read_choices(folder, kind)
    test = ComparisonTest(kind, trials_of(copied, ["wiener", "log_mmse"]), folder, 0, 2)
    assert [each.question for each in choices] == list(test.order("ann"))
    for each, last in zip(choices, (0, 1, 1, -1), strict=True):
        places = test.places("ann", Question(*each.question))
        neither = kind is Kind.preference and last == -1
        assert each.said == (None if neither else places[{-1: 1}.get(last, last)])
        assert each.x == (places[2] if kind is Kind.abx else None)


def test_answers_that_are_none_are_refused_in_one_line_and_nothing_is_kept(
    served: Served, copied: Run
) -> None:
    server = served()
    good = {"listener": "ann", "trial": 0, "scores": [50] * 6}
    for bad, word in (
        ({**good, "scores": [50] * 5 + [101]}, "0 to 100"),
        ({**good, "scores": [50] * 5}, "wants 6 ratings"),
        ({**good, "trial": 7}, "no trial 7"),
        ({**good, "listener": "../x"}, "wants letters"),
        ({}, "wants letters"),
    ):
        status, answer = server.ask("POST", "/rate", bad)
        assert status == 400
        assert word in answer["error"]
    assert server.ask("POST", "/rate", [1])[0] == 400
    assert server.ask("POST", "/rate", good, **{"Content-Length": "-1"})[0] == 403
    assert server.ask("POST", "/rate", good, **{"Content-Length": "many"})[0] == 403
    (copied.path / "listening").write_text("a file where ratings would go")
    status, answer = server.ask("POST", "/rate", good)
    assert (status, "cannot be kept" in answer["error"]) == (500, True)
    (copied.path / "listening").unlink()
    # Another site, or a name that somebody points at this machine.
    assert server.ask("POST", "/rate", good, **{"Content-Type": "text/plain"})[0] == 403
    assert server.ask("GET", "/next?listener=ann", Host="evil.example:80")[0] == 403
    assert server.ask("GET", "/../../etc/passwd")[0] == 404
    assert read_ratings(copied.path / "listening") == []
    assert server.ask("POST", "/rate", good)[0] == 200
    assert [each.scores[REFERENCE] for each in read_ratings(copied.path / "listening")] == [50]


def test_a_port_in_use_is_refused_in_one_line(copied: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "benchbox", "listen", str(copied.path), "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"port {port} cannot be used" in done.stderr
    assert len(done.stderr.splitlines()) == 1
