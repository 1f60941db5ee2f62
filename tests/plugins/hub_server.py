"""A Hugging Face hub of one dataset, on the loopback interface: what the real client asks, answered."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

Files = Mapping[str, bytes]
"""Path in the repository -> content."""


@contextmanager
def serve(dataset: str, revisions: Mapping[str, Files]) -> Iterator[str]:
    """Answer for `dataset`, whose branches and other references are `revisions`; yield the endpoint's URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    server.daemon_threads = True
    server.dataset = dataset  # type: ignore[attr-defined]
    # A commit is as good a name of a revision as a branch is.
    server.revisions = {commit_of(files): files for files in revisions.values()} | dict(revisions)  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def commit_of(files: Files) -> str:
    """Return 40 hexadecimal digits that change with the files."""
    return hashlib.sha1(repr(sorted(files.items())).encode()).hexdigest()


class _Hub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._resolve()

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        api = f"/api/datasets/{self.server.dataset}"  # type: ignore[attr-defined]
        if path == api:
            self._info("main")
        elif path.startswith(f"{api}/revision/"):
            self._info(unquote(path.removeprefix(f"{api}/revision/")))
        elif path.startswith(f"{api}/tree/"):
            revision, _, folder = path.removeprefix(f"{api}/tree/").partition("/")
            self._tree(unquote(revision), unquote(folder))
        else:
            self._resolve()

    def do_POST(self) -> None:
        prefix = f"/api/datasets/{self.server.dataset}/paths-info/"  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        files = self._files(unquote(urlsplit(self.path).path.removeprefix(prefix)))
        if files is not None:
            self._answer([fact for path in body["paths"] for fact in _facts(files, path)])

    def _info(self, revision: str) -> None:
        files = self._files(revision)
        if files is not None:
            self._answer(
                {
                    "id": self.server.dataset,  # type: ignore[attr-defined]
                    "sha": commit_of(files),
                    "siblings": [{"rfilename": path} for path in files],
                }
            )

    def _tree(self, revision: str, folder: str) -> None:
        files = self._files(revision)
        if files is None:
            return
        inside = [path for path in files if path.startswith(f"{folder}/" if folder else "")]
        if not inside:
            return self._missing("EntryNotFound")
        recursive = "recursive=true" in self.path.lower()
        depth = folder.count("/") + 1 if folder else 0
        paths = {
            "/".join(parts[:end])
            for parts in (path.split("/") for path in inside)
            for end in range(depth + 1, len(parts) + 1 if recursive else depth + 2)
        }
        self._answer([fact for path in sorted(paths) for fact in _facts(files, path)])

    def _resolve(self) -> None:
        prefix = f"/datasets/{self.server.dataset}/resolve/"  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        if not path.startswith(prefix):
            return self._missing("RepoNotFound")
        quoted_revision, _, quoted_name = path.removeprefix(prefix).partition("/")
        files = self._files(unquote(quoted_revision))
        if files is None:
            return None
        content = files.get(unquote(quoted_name))
        headers = {"X-Repo-Commit": commit_of(files)}
        if content is None:
            return self._missing("EntryNotFound", headers)
        headers["ETag"] = f'"{hashlib.sha1(content).hexdigest()}"'
        status = 200
        if "Range" in self.headers:
            first, _, last = self.headers["Range"].removeprefix("bytes=").partition("-")
            end = min(int(last or len(content)), len(content) - 1)
            headers["Content-Range"] = f"bytes {first}-{end}/{len(content)}"
            content, status = content[int(first) : end + 1], 206
        self._send(status, content, headers)

    def _files(self, revision: str) -> Files | None:
        files: Files | None = self.server.revisions.get(revision)  # type: ignore[attr-defined]
        if files is None:
            self._missing("RevisionNotFound")
        return files

    def _missing(self, code: str, headers: Mapping[str, str] | None = None) -> None:
        self._send(404, b"", {"X-Error-Code": code, **(headers or {})})

    def _answer(self, document: Any) -> None:
        self._send(200, json.dumps(document).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _facts(files: Files, path: str) -> list[dict[str, Any]]:
    """Return what the hub says of a file or folder: nothing where there is none."""
    if path in files:
        digest = hashlib.sha1(files[path]).hexdigest()
        return [{"type": "file", "path": path, "size": len(files[path]), "oid": digest}]
    if any(name.startswith(f"{path}/") for name in files):
        return [
            {"type": "directory", "path": path, "size": 0, "oid": hashlib.sha1(path.encode()).hexdigest()}
        ]
    return []
