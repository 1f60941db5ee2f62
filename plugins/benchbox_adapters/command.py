"""Any program that turns one audio file into another."""

import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import psutil
from pydantic import Field

from benchbox.audio import read, write
from benchbox.errors import BadOption, BadPlugin, one_line
from benchbox.interfaces import Denoiser
from benchbox.records import Samples

_SLACK_SECONDS = 0.1
"""A program that works in frames may write so much more or less than it was given."""


class Command(Denoiser):
    """Run a program on each clip: command(run="mytool {in} {out}", sample_rate=48000).

    It is started without a shell, with the paths of two files in a temporary folder for {in} and {out}. What
    it does wrong (exit code, time limit, no or unusable output) is the reason of the failed row, with the
    last line of its stderr. Scores are made anew when the program, or a file that `run` names, changes; not
    when other files do, such as those in a folder that it names.
    """

    def __init__(
        self,
        run: Annotated[str, Field(description="the command, with {in} and {out} where the files' paths go")],
        sample_rate: Annotated[
            int | None,
            Field(ge=1000, le=768_000, description="what it wants, Hz; none: whatever the clip has"),
        ] = None,
        format: Annotated[
            Literal["float", "int16", "raw"],
            Field(description="WAV of 32-bit floats, WAV of 16-bit integers, or bare 16-bit little-endian"),
        ] = "float",
        delay: Annotated[
            int, Field(ge=0, description="samples that its output lags behind; they are taken off")
        ] = 0,
        timeout: Annotated[float, Field(gt=0, description="seconds it may take for a clip")] = 120.0,
    ) -> None:
        self.words = shlex.split(run, posix=os.name != "nt")
        for place in ("{in}", "{out}"):
            if not any(place in word for word in self.words):
                raise BadOption(f'command(run="{run}"): it lacks {place}; write run="mytool {{in}} {{out}}"')
        program = shutil.which(self.words[0])
        if program is None:
            raise BadOption(f"no program {self.words[0]!r} can be run: check its path, or install it")
        self.program = Path(program).absolute()
        self.sample_rates = (sample_rate,) if sample_rate else ()
        self.format, self.delay, self.timeout = format, delay, timeout

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        with tempfile.TemporaryDirectory(prefix="benchbox-") as folder:
            suffix = ".raw" if self.format == "raw" else ".wav"
            source, target = Path(folder, f"in{suffix}"), Path(folder, f"out{suffix}")
            # What comes late is still wanted: silence pushes it out.
            self._write(source, np.pad(noisy, (0, self.delay)), sample_rate)
            self._run(source, target, Path(folder, "stderr"))
            estimate = self._read(target, sample_rate)[self.delay :]
        if abs(estimate.size - noisy.size) > _SLACK_SECONDS * sample_rate:
            raise BadPlugin(f"{self.program.name} wrote {estimate.size} samples for {noisy.size}")
        return np.pad(estimate[: noisy.size], (0, max(0, noisy.size - estimate.size)))

    def fingerprint(self) -> str:
        # Also of --model=FILE.
        words = (part for word in self.words[1:] for part in (word, word.partition("=")[2]))
        named = [self.program, *map(Path, words)]
        return " ".join(
            hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in named if path.is_file()
        )

    def _run(self, source: Path, target: Path, stderr: Path) -> None:
        words = [word.replace("{in}", str(source)).replace("{out}", str(target)) for word in self.words]
        name = self.program.name
        # A file: a process that the program leaves behind would keep a pipe open.
        with stderr.open("wb") as said:
            try:
                process = psutil.Popen(
                    [str(self.program), *words[1:]],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=said,
                )
            except OSError as error:
                raise BadPlugin(f"{name} cannot be run: {error.strerror}") from None
            try:
                code = process.wait(self.timeout)
            except psutil.TimeoutExpired:
                raise BadPlugin(f"{name} took more than {self.timeout:g} s (timeout=...)") from None
            finally:
                _end(process)
        lines = stderr.read_bytes()[-4096:].decode(errors="replace").strip().splitlines()
        last = f": {one_line(lines[-1])}" if lines else ""
        if code:
            raise BadPlugin(f"{name} ended with exit code {code}{last}")
        if not target.is_file():
            raise BadPlugin(f"{name} wrote nothing to {{out}}{last}")

    def _write(self, path: Path, samples: Samples, sample_rate: int) -> None:
        if self.format == "raw":
            path.write_bytes((np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes())
        else:
            write(path, samples, sample_rate, "FLOAT" if self.format == "float" else "PCM_16")

    def _read(self, path: Path, sample_rate: int) -> Samples:
        if self.format == "raw":
            whole = path.read_bytes()
            return np.frombuffer(whole[: len(whole) // 2 * 2], "<i2").astype(np.float32) / np.float32(32767)
        samples, written = read(path)
        if written != sample_rate:
            raise BadPlugin(f"{self.program.name} wrote {written} Hz, and was given {sample_rate} Hz")
        return samples


def _end(process: psutil.Popen) -> None:
    """End a program that still runs, and those that it started."""
    # Not by a group of its own: the worker that this runs in ends all in its group, whenever it ends.
    with suppress(psutil.NoSuchProcess):
        for one in [*process.children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()
