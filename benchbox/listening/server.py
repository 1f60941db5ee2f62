"""A listening test for the browsers of this machine: static files, and a few words of JSON."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchbox.errors import BadRun, BenchboxError, one_line
from benchbox.listening.ratings import Rating, keep, listener_name, read_ratings
from benchbox.listening.trials import Trial
from benchbox.mixing import stream

HOST = "127.0.0.1"
_FILES = {"/": "mushra.html", "/mushra.css": "mushra.css", "/mushra.js": "mushra.js"}
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_LONGEST = 100_000
"""Bytes of an answer: a dozen numbers take a few hundred."""


class ListeningTest:
    """The trials of a run, and how far each listener is."""

    def __init__(self, trials: Sequence[Trial], folder: Path, seed: int) -> None:
        self.trials = {trial.mixture: trial for trial in trials}
        self.folder, self.seed = folder, seed
        self._writing = Lock()

    def order(self, listener: str) -> list[str]:
        """Return the trials in the order in which this listener meets them, always the same one."""
        mixtures = sorted(self.trials)
        stream(self.seed, "listening", listener).shuffle(mixtures)
        return mixtures

    def next(self, listener: str, training: bool) -> dict[str, Any]:
        """Return the next trial of a listener, with signals that are told by their places only.

        In training, the first one is shown, and nothing is kept.
        """
        listener_name(listener)
        order = self.order(listener)
        rated = {
            each.mixture
            for each in read_ratings(self.folder)
            if each.listener == listener and each.mixture in self.trials
            # What was added or made anew since then is still to be rated.
            if self.trials[each.mixture].signals.keys() <= each.scores.keys()
            and self.trials[each.mixture].jobs.items() <= each.jobs.items()
        }
        open_ones = [mixture for mixture in order if mixture not in rated]
        state = {"trials": len(order), "rated": len(order) - len(open_ones)}
        if not open_ones:
            return state
        mixture = order[0] if training else open_ones[0]
        return {
            **state,
            "trial": order.index(mixture),
            "reference": self.sound(mixture, None),
            "signals": [self.sound(mixture, name) for name in self.names(mixture, listener)],
        }

    def names(self, mixture: str, listener: str) -> list[str]:
        return self.trials[mixture].order(listener, self.seed)

    @lru_cache(maxsize=64)  # noqa: B019 - a test lives as long as its process
    def sound(self, mixture: str, name: str | None) -> str:
        """Return a signal, or the open reference, as WAV in base64."""
        trial = self.trials[mixture]
        return b64encode(trial.wav(trial.reference if name is None else trial.signals[name])).decode()

    def rate(self, answer: Mapping[str, Any]) -> None:
        """Keep what a listener gave.

        Raises:
            BadRun: it is no answer to a trial of this test.
        """
        listener = listener_name(str(answer.get("listener") or ""))
        number, scores = answer.get("trial"), answer.get("scores")
        order = self.order(listener)
        if not isinstance(number, int) or not 0 <= number < len(order):
            raise BadRun(f"no trial {number!r:.40}; there are {len(order)}")
        names = self.names(order[number], listener)
        if not isinstance(scores, list) or len(scores) != len(names):
            raise BadRun(f"trial {number} wants {len(names)} ratings")
        with self._writing:
            given = dict(zip(names, scores, strict=True))
            jobs = {name: key for name, key in self.trials[order[number]].jobs.items() if name in given}
            keep(self.folder, Rating(listener, order[number], given, jobs))


def serve(test: ListeningTest, port: int, announce: Callable[[str], None]) -> None:
    """Serve a test on this machine's own address until interrupted.

    Raises:
        BadRun: the port is in use.
    """
    try:
        server = ThreadingHTTPServer((HOST, port), _handler(test))
    except OSError as error:
        raise BadRun(
            f"port {port} cannot be used: {error.strerror or error}; choose another --port, 0 for any"
        ) from None
    with server:
        announce(f"http://{HOST}:{server.server_address[1]}/")
        server.serve_forever()


def _handler(test: ListeningTest) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers the page."""

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if not self._is_local():
                self._answer(HTTPStatus.FORBIDDEN, b"this test is for its own machine", "text/plain")
            elif url.path in _FILES:
                name = _FILES[url.path]
                content = files("benchbox.listening").joinpath("page", name).read_bytes()
                self._answer(HTTPStatus.OK, content, _TYPES[Path(name).suffix])
            elif url.path == "/next":
                query = parse_qs(url.query)
                self._json(lambda: test.next(query.get("listener", [""])[0], "training" in query))
            else:
                self._answer(HTTPStatus.NOT_FOUND, b"no such page", "text/plain")

        def do_POST(self) -> None:
            told = self.headers.get("Content-Length") or ""
            length = int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else _LONGEST + 1
            # Only a page of this server may send JSON here: another site's would have to ask first.
            as_json = self.headers.get("Content-Type") == "application/json"
            if not self._is_local() or not as_json or self.path != "/rate" or length > _LONGEST:
                self._answer(HTTPStatus.FORBIDDEN, b"no answer to this test", "text/plain")
                return
            content = self.rfile.read(length)

            def rate() -> Mapping[str, Any]:
                test.rate(_object(content))
                return {"kept": True}

            self._json(rate)

        def _is_local(self) -> bool:
            # A name that an attacker points at this machine is none of these.
            return (self.headers.get("Host") or "").rpartition(":")[0] in (HOST, "localhost")

        def _json(self, call: Callable[[], Mapping[str, Any]]) -> None:
            try:
                status, content = HTTPStatus.OK, call()
            except BenchboxError as error:
                status, content = HTTPStatus.BAD_REQUEST, {"error": one_line(str(error))}
            except OSError as error:  # the disk is full, or somebody else's
                status = HTTPStatus.INTERNAL_SERVER_ERROR
                content = {"error": one_line(f"this rating cannot be kept: {error}")}
            self._answer(status, json.dumps(content).encode(), "application/json")

        def _answer(self, status: HTTPStatus, content: bytes, kind: str) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Content-Security-Policy", _POLICY)
                self.send_header("X-Content-Type-Options", "nosniff")
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:
                pass  # the browser went away: it asks again when it is back

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing: the terminal is for the listener's address."""

    return Handler


def _object(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BadRun("an answer is a JSON object")
    return answer
