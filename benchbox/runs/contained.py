"""A process that runs plugins, watched from outside: whatever a plugin does to it, only that process ends."""

import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic
from traceback import format_exception
from typing import Any, TypeAlias

import psutil

from benchbox.records import Part, Progress

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
"""Environment of a process whose libraries keep to one thread."""
_WATCH_SECONDS = 0.1
_LAST_WORDS_SECONDS = 1.0
_HAS_GROUPS = hasattr(os, "killpg")

_Reply: TypeAlias = tuple[str, Any]


@dataclass(frozen=True)
class Limits:
    """What a plugin may take before its process is ended."""

    seconds: float = 600.0
    """For one call: one mixture, one estimate, one score."""
    training_seconds: float = 3600.0
    """Between two reports of a training."""
    memory_gb: float | None = None
    """Resident, of the whole process; None: four fifths of the machine's."""

    @property
    def memory_bytes(self) -> float:
        return self.memory_gb * 1e9 if self.memory_gb else 0.8 * psutil.virtual_memory().total


class Ended(Exception):
    """The process ended before it answered."""

    def __init__(self, part: Part | None, reason: str, traceback: str = "") -> None:
        super().__init__(reason)
        self.part = part
        """The plugin that was at work; None where none was."""
        self.reason = reason
        self.traceback = traceback
        """The end of what the process said: where it was, if it crashed."""


class Failed(Exception):
    """The function raised; the process goes on."""

    def __init__(self, reason: str, traceback: str, part: Part | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        """The error's type and the first line of its text."""
        self.traceback = traceback
        self.part = part
        """The plugin that was at work; None where none was."""

    @classmethod
    def of(cls, error: BaseException) -> "Failed":
        """Return what is told of an error, as text: a plugin's own class may not be picklable."""
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return cls(reason, "".join(format_exception(error)))


class Contained:
    """Asks a process of its own to call functions; starts it when first needed, and again after it ended.

    Args:
        systems: the run folder's systems/, where trained ones lie.
        moved: see `Registry.moved`.
    """

    def __init__(self, systems: Path, limits: Limits, moved: Mapping[str, str] | None = None) -> None:
        self._systems, self._limits, self._moved = systems.absolute(), limits, moved or {}
        self._process: subprocess.Popen[bytes] | None = None
        self._replies: queue.SimpleQueue[_Reply | None] = queue.SimpleQueue()
        self._said: deque[bytes] = deque(maxlen=16)
        self._parts: list[Part] = []
        self._deadline = inf
        self._limit = inf
        self._killed_for = ""

    @property
    def parts(self) -> Sequence[Part]:
        """The plugins that were at work in the present process, in order; empty where there is none yet."""
        return self._parts if self._process else ()

    def ask(
        self,
        function: Callable[..., Any],
        *arguments: Any,
        progress: Callable[[Progress], None] = lambda _: None,
        seconds: float | None = None,
    ) -> Any:
        """Return function(worker, *arguments), called there.

        Args:
            seconds: it may take between two signs of life; by default as long as one call of a plugin.

        Raises:
            Failed: the function raised.
            Ended: the process ended instead, or was ended for what it took.
        """
        process = self._process or self._start()
        self._limit = self._limits.seconds if seconds is None else seconds
        part: Part | None = None
        self._deadline = monotonic() + self._limit
        try:
            pickle.dump((function, arguments), process.stdin)  # type: ignore[arg-type]  # it has a pipe
            process.stdin.flush()  # type: ignore[union-attr]
            while reply := self._replies.get():
                kind, content = reply
                self._deadline = monotonic() + self._limit
                if kind == "entering":
                    part = content
                    if part not in self._parts:
                        self._parts.append(part)
                elif kind == "progress":
                    self._tell(progress, content)
                elif kind == "done":
                    return content
                elif kind == "failed":
                    raise Failed(*content)
                else:
                    break
        except (OSError, TypeError, ValueError):
            pass  # It cannot be written to, or what it replied makes no sense: a plugin has damaged it.
        finally:
            self._deadline = inf
        raise Ended(part, self._reason(process), self._tail())

    def _tell(self, progress: Callable[[Progress], None], state: Progress) -> None:
        try:
            progress(state)
        except Ended:  # nobody waits for it any more
            self.close()
            raise

    def close(self) -> None:
        """End the process, and those that its plugins started and left in its group."""
        process, self._process, self._parts = self._process, None, []
        if process is None:
            return
        _kill(process)
        process.wait()
        # The other pipes are closed by the threads that read them: a process left behind may hold them open.
        with suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]

    def _tail(self) -> str:
        """Return the end of what the process wrote to stdout and stderr."""
        return b"".join(self._said).decode(errors="replace")[-4000:]

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        arguments = (str(self._systems), str(os.getpid()), json.dumps(dict(self._moved)))
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "benchbox.runs.child", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            process_group=0 if _HAS_GROUPS else None,
        )
        self._process, self._killed_for, self._replies = process, "", queue.SimpleQueue()
        self._said.clear()
        listening = threading.Thread(target=_listen, args=(process, self._replies), daemon=True)
        draining = threading.Thread(target=_drain, args=(process, self._said), daemon=True)
        watching = threading.Thread(
            target=self._watch, args=(process, self._replies, listening, draining), daemon=True
        )
        for thread in (listening, draining, watching):
            thread.start()
        return process

    def _watch(
        self,
        process: "subprocess.Popen[bytes]",
        replies: "queue.SimpleQueue[_Reply | None]",
        *readers: threading.Thread,
    ) -> None:
        """Kill the process when it takes too long or too much memory; tell when it has ended."""
        most = self._limits.memory_bytes
        while process.poll() is None:
            late = monotonic() > self._deadline
            resident = 0.0
            with suppress(psutil.Error):
                resident = psutil.Process(process.pid).memory_info().rss
            if late or resident > most:
                self._killed_for = (
                    f"gave no sign of life for {self._limit:g} s (--timeout)"
                    if late
                    else f"took more than {most / 1e9:.3g} GB of memory (--memory-limit)"
                )
                _kill(process)
                process.wait()
                break
            with suppress(subprocess.TimeoutExpired):
                process.wait(_WATCH_SECONDS)
        # At once: later its number may be another's.
        _kill_group(process)
        # Its last words may be on their way; or a process that it left behind holds the pipe for ever.
        for reader in readers:
            reader.join(_LAST_WORDS_SECONDS)
        replies.put(None)

    def _reason(self, process: "subprocess.Popen[bytes]") -> str:
        try:
            code = process.wait(5)
        except subprocess.TimeoutExpired:  # it closed its pipes and lives on
            code = 0
        self.close()
        if self._killed_for:
            return self._killed_for
        if code < 0:
            return f"ended its process by {signal.Signals(-code).name}"
        return f"ended its process with exit code {code}"


def _listen(process: "subprocess.Popen[bytes]", replies: "queue.SimpleQueue[_Reply | None]") -> None:
    """Hand on what the process replies, until it ends or a plugin wrote between its replies."""
    with process.stdout:  # type: ignore[union-attr]
        while True:
            try:
                kind, content = pickle.load(process.stdout)  # type: ignore[arg-type]
            # Whatever comes of bytes that are no reply.
            except Exception:
                break
            replies.put((kind, content))
    replies.put(None)


def _drain(process: "subprocess.Popen[bytes]", said: "deque[bytes]") -> None:
    """Keep the end of what the process says, however much that is."""
    with process.stderr, suppress(OSError, ValueError):  # type: ignore[union-attr]
        while piece := process.stderr.read1(4096):  # type: ignore[union-attr]
            said.append(piece)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and those in its group, unless it was seen to end before."""
    if process.poll() is None:
        _kill_group(process)
        process.kill()


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    if _HAS_GROUPS:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
