"""A listening test for the browsers of this machine: static files, and a few words of JSON."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from benchbox.errors import BadRun, BenchboxError, one_line
from benchbox.listening.pages import files_of

HOST = "127.0.0.1"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_LONGEST = 100_000
"""Bytes of an answer: a dozen numbers take a few hundred."""


class ListeningTest(Protocol):
    """What is asked, and who has answered what."""

    @property
    def kind(self) -> str:
        """Say which test it is: one of `pages.TESTS`."""

    def next(self, listener: str, training: bool) -> dict[str, Any]:
        """Return what a listener is asked next, with signals that are told by their places only."""

    def rate(self, answer: Mapping[str, Any]) -> None:
        """Keep an answer, or raise BadRun."""


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
    pages = files_of(test.kind, "server")

    class Handler(BaseHTTPRequestHandler):
        """Answers the page."""

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if not self._is_local():
                self._answer(HTTPStatus.FORBIDDEN, b"this test is for its own machine", "text/plain")
            elif (name := url.path[1:] or "index.html") in pages:
                self._answer(HTTPStatus.OK, pages[name], _TYPES[Path(name).suffix])
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
