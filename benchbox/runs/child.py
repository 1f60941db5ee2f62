"""The contained process: runs plugins for a `Contained` and tells it which one is at work.

On stdin come pickled requests (function, arguments), to be called with this process's Worker before them. On
stdout go pickled replies: ("entering", part), ("progress", state), ("done", result), ("failed", texts).
"""

import faulthandler
import json
import os
import pickle
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from benchbox.evaluation.worker import Worker
from benchbox.records import Progress
from benchbox.registry.discovery import discover
from benchbox.runs.contained import Failed
from benchbox.runs.guard import Guard


def main() -> None:
    """Serve requests until the parent closes the pipe or ends."""
    requests, replies = _channels()
    _end_with_parent(int(sys.argv[2]))
    # Ctrl-C reaches the whole process group; only the parent should speak about it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    guard, own = Guard(), os.getpid()

    def tell(kind: str, content: Any) -> None:
        if os.getpid() != own:  # a plugin forked, and both copies came back: only one may answer
            os._exit(0)
        pickle.dump((kind, content), replies)
        replies.flush()

    def entering(*part: str) -> None:
        guard.restore()
        tell("entering", part)

    def progress(state: Progress) -> None:
        tell("progress", state)

    registry = replace(discover(), moved=json.loads(sys.argv[3]))
    worker = Worker(Path(sys.argv[1]), registry, entering, progress)
    with suppress(EOFError):
        while True:
            function, arguments = pickle.load(requests)
            try:
                tell("done", function(worker, *arguments))
            except (Exception, SystemExit) as error:
                failure = Failed.of(error)
                tell("failed", (failure.reason, failure.traceback))
            guard.restore()
    # Without waiting for threads that a plugin may have left behind.
    os._exit(0)


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout away from plugins: what they print goes to stderr, and they read nothing."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, replies


def _end_with_parent(parent: int) -> None:
    """End this process, and those that plugins fork, at once when their parent is gone."""
    _set_death_signal()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_set_death_signal)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _set_death_signal() -> None:
    """Have the kernel kill this process with its parent, also where a plugin hangs in C."""
    if sys.platform == "linux":
        import ctypes

        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


if __name__ == "__main__":
    main()
