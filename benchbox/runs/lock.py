"""One run folder, one process: who works in a folder says so in its `.lock`."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchbox.errors import BadRun

NAME = ".lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a folder, made if missing, to this process for as long as the block lasts.

    A process that ended without a word holds nothing, however it ended.

    Raises:
        BadRun: another process works there.
    """
    made = not folder.exists()
    file = folder / NAME
    lock = _locked(file)
    try:
        _write(lock)
        yield
    finally:
        # Before it is let go, so that nobody holds a file that is no more.
        with suppress(OSError):
            os.ftruncate(lock, 0)  # Should it stay, it must not name a process that may live on.
        with suppress(OSError):
            file.unlink()
        os.close(lock)
        if made:  # and nothing was written there
            with suppress(OSError):
                folder.rmdir()


def holder_of(folder: Path) -> str | None:
    """Return who works in a folder, "process 12 on host since 2026-01-31"; None where nobody does."""
    try:
        lock = os.open(folder / NAME, os.O_RDONLY)
    except OSError:
        return None
    try:
        holder = _alive(lock)
    finally:
        os.close(lock)
    return _told(holder) if holder else None


def _locked(file: Path) -> int:
    """Return the descriptor of the lock's file once this process has it."""
    while True:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
        except (FileNotFoundError, FileExistsError):
            if file.parent.exists() and not file.parent.is_dir():
                raise
            continue  # its holder deleted the folder between two steps of this
        try:
            if _take(lock):
                with suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(lock), file.stat()):
                        if holder := _alive(lock):
                            raise BadRun(_refusal(file, holder))
                        return lock
            else:
                raise BadRun(_refusal(file, _read(lock)))
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)  # its holder deleted it between two lines of this


def _take(lock: int) -> bool:
    """Ask the system for the lock, which it takes back when the process ends."""
    try:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):  # Windows, and network drives that know no locks: what is written decides
        pass
    return True


def _alive(lock: int) -> dict[str, str | int | float]:
    """Return who is written in a lock that the system would give away, if that one may be at work yet."""
    holder = _read(lock)
    # A container that is started again has another name on the same machine.
    if holder.get("host") not in (None, socket.gethostname()) and holder.get("boot") != _boot():
        return holder  # out of sight from here
    with suppress(psutil.Error, TypeError, ValueError):
        if psutil.Process(int(holder.get("process", -1))).create_time() == holder.get("created"):
            return holder
    return {}


def _read(lock: int) -> dict[str, str | int | float]:
    with suppress(ValueError):
        os.lseek(lock, 0, os.SEEK_SET)
        holder = json.loads(os.read(lock, 4096))
        return holder if isinstance(holder, dict) else {}
    return {}


def _write(lock: int) -> None:
    own = psutil.Process()
    holder = {
        "process": own.pid,
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(" ", "seconds"),
        "created": own.create_time(),
        "boot": _boot(),
    }
    os.lseek(lock, 0, os.SEEK_SET)
    os.ftruncate(lock, 0)
    os.write(lock, json.dumps(holder).encode())


def _boot() -> str:
    """Return what a machine calls the time since it was started; empty where it has no name for that."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def _refusal(file: Path, holder: dict[str, str | int | float]) -> str:
    return (
        f"{file.parent} is in use by {_told(holder)}: wait for it, or choose another --output "
        f"(if it is no more, delete {file})"
    )


def _told(holder: dict[str, str | int | float]) -> str:
    return "process {process} on {host} since {since}".format(
        **{"process": "?", "host": "?", "since": "just now", **holder}
    )
