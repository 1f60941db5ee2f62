"""Load a plugin in a process of its own first: what ends or hangs that one must not do so to this one.

Only plugins of others, and only until they were loaded once: what is found fine is remembered in the user's
cache folder, by version and source files. What a library that they need does later is not noticed. The
environment variable BENCHBOX_TRY_PLUGINS=0 turns it off.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

SECONDS = 120.0
"""After which loading a plugin counts as hanging."""
_REFUSED = "BENCHBOX_REFUSED_PLUGINS"
"""What this process found out, for those that it starts: state of a plugin -> reason."""
_SCRIPT = """
import os, sys
replies = os.dup(1)
os.dup2(2, 1)
said = b"raised"
try:
    from importlib.metadata import EntryPoint
    from benchbox.registry.registration import registrations
    registrations(EntryPoint(*sys.argv[1:4]))
    said = b"loaded"
finally:
    os.write(replies, said)
    os._exit(0)
"""


def why_unloadable(point: EntryPoint, version: str) -> str | None:
    """Say how loading a plugin ends its process, or that it hangs; None where it does neither.

    One that raises an error does neither: loading it tells which.
    """
    if os.environ.get("BENCHBOX_TRY_PLUGINS") == "0":
        return None
    state = _state(point, version)
    refused: dict[str, str] = json.loads(os.environ.get(_REFUSED, "{}"))
    if state in refused:
        return refused[state]
    seen = _seen(state)
    if seen.exists():
        return None
    said, reason = _try(point)
    if reason:
        os.environ[_REFUSED] = json.dumps({**refused, state: reason})
    elif said == b"loaded":
        with suppress(OSError):
            seen.parent.mkdir(parents=True, exist_ok=True)
            seen.touch()
    return reason


def _try(point: EntryPoint) -> tuple[bytes, str | None]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", "-c", _SCRIPT, point.name, point.value, point.group]
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        try:
            code = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return b"", f"loading it takes more than {SECONDS:g} s"
        finally:
            kill_group(process)
        answer.seek(0)
        said = answer.read(64)
    if code == 0 and said in (b"loaded", b"raised"):
        return said, None
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
    return said, f"loading it ends the process {how}"


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """End a process that was started in a session of its own, and those that it started."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _state(point: EntryPoint, version: str) -> str:
    """Return a digest of the version of a plugin and of the names, sizes and dates of its files."""
    digest = hashlib.sha256(f"{sys.version} {sys.prefix} {point.name} {point.value} {version}".encode())
    for file in _files(point.module.partition(".")[0]):
        with suppress(OSError):
            state = file.stat()
            digest.update(f"{file} {state.st_size} {state.st_mtime_ns}".encode("utf-8", "backslashreplace"))
    return digest.hexdigest()[:32]


def _files(package: str) -> list[Path]:
    try:
        spec = find_spec(package)
    # Whatever an installation's own finder raises: loading it will tell.
    except Exception:
        return []
    if spec is None:
        return []
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    files = [file for folder in folders for file in folder.rglob("*") if "__pycache__" not in file.parts]
    return sorted([*files, *([Path(spec.origin)] if spec.origin else [])])


def _seen(state: str) -> Path:
    # Here: where no plugin but ours is installed, it need not be imported.
    from platformdirs import user_cache_path

    return user_cache_path("benchbox", appauthor=False) / "loaded_plugins" / state
