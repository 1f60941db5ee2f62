"""A process that runs plugins, watched from outside: whatever a plugin does to it, only that process ends."""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic
from traceback import format_exception
from typing import Any

import psutil

from benchbox.records import Part, Progress

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
"""Environment of a process whose libraries keep to one thread."""
_WATCH_SECONDS = 0.1


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

    def __init__(self, reason: str, traceback: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """The error's type and the first line of its text."""
        self.traceback = traceback

    @classmethod
    def of(cls, error: BaseException) -> "Failed":
        """Return what is told of an error, as text: a plugin's own class may not survive the way."""
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return cls(reason, "".join(format_exception(error)))


class Contained:
    """Asks a process of its own to call functions; starts it when first needed, and again after it ended."""

    def __init__(self, systems: Path, limits: Limits) -> None:
        self._systems, self._limits = systems.absolute(), limits
        self._process: subprocess.Popen[bytes] | None = None
        self._said: deque[bytes] = deque(maxlen=16)
        self._part: Part | None = None
        self._deadline = inf
        self._killed_for = ""

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
        limit = self._limits.seconds if seconds is None else seconds
        self._part, self._deadline = None, monotonic() + limit
        try:
            pickle.dump((function, arguments), process.stdin)  # type: ignore[arg-type]  # it has a pipe
            process.stdin.flush()  # type: ignore[union-attr]
            while True:
                kind, content = pickle.load(process.stdout)  # type: ignore[arg-type]
                self._deadline = monotonic() + limit
                if kind == "entering":
                    self._part = content
                elif kind == "progress":
                    progress(content)
                elif kind == "done":
                    return content
                else:
                    raise Failed(*content)
        except Failed:
            raise
        # Whatever else is read from a process that a plugin has damaged.
        except Exception:
            raise Ended(self._part, self._reason(process), self._tail()) from None
        finally:
            self._deadline = inf

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                with suppress(OSError):
                    if pipe:
                        pipe.close()
            self._process = None

    def _tail(self) -> str:
        """Return the end of what the process wrote to stdout and stderr."""
        return b"".join(self._said).decode(errors="replace")[-4000:]

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "benchbox.runs.child", str(self._systems)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        self._process, self._killed_for = process, ""
        self._said.clear()
        threading.Thread(target=self._drain, args=(process,), daemon=True).start()
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()
        return process

    def _drain(self, process: "subprocess.Popen[bytes]") -> None:
        """Keep the end of what the process says, however much that is."""
        with suppress(OSError, ValueError):
            while piece := process.stderr.read1(4096):  # type: ignore[union-attr]
                self._said.append(piece)

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        """Kill the process when it takes too long or too much memory."""
        most = self._limits.memory_bytes
        while process.poll() is None:
            late = monotonic() > self._deadline
            resident = 0.0
            with suppress(psutil.Error):
                resident = psutil.Process(process.pid).memory_info().rss
            if late or resident > most:
                self._killed_for = (
                    f"gave no sign of life for {self._limits.seconds:g} s (--timeout)"
                    if late
                    else f"took more than {most / 1e9:.3g} GB of memory (--memory-limit)"
                )
                process.kill()
                return
            with suppress(subprocess.TimeoutExpired):
                process.wait(_WATCH_SECONDS)

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
