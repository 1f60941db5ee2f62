"""Each step of a run that touches its files fails in turn; the same run again ends as an undisturbed one.

The steps are counted where Python reaches the system: open, read, write, fsync, rename, delete, list. By
default every 24th of them fails, others for each fault; BENCHBOX_ALL_FAULTS=1 fails them all.
"""

import builtins
import errno
import io
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import benchbox
from benchbox.cli import in_one_line

KILL = 0
FAULTS = {"no space": errno.ENOSPC, "no permission": errno.EACCES, "interrupted": errno.EINTR, "killed": KILL}
EVERY = 1 if os.environ.get("BENCHBOX_ALL_FAULTS") else 24
SYSTEM_CALLS = ("open", "fsync", "replace", "unlink", "mkdir", "rmdir", "listdir", "scandir", "ftruncate")


class Steps:
    """Counts what touches files below a folder, and fails one step of it."""

    def __init__(self, folder: Path, step: int = 0, fault: int = KILL) -> None:
        self.folder, self.step, self.fault = str(folder.absolute()), step, fault
        self.taken: list[str] = []

    def take(self, name: str, path: Any) -> None:
        """Count a step; fail if it is the one."""
        try:
            where = os.readlink(f"/proc/self/fd/{path}") if isinstance(path, int) else os.fspath(path)  # noqa: PTH115
            place = str(Path.cwd() / os.fsdecode(where))
        except (OSError, TypeError):
            return
        if not place.startswith(self.folder):
            return
        self.taken.append(f"{name} {place[len(self.folder) :]}")
        if len(self.taken) != self.step:
            return
        if self.fault == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(self.fault, os.strerror(self.fault), place)

    def before(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(path: Any = ".", *arguments: Any, **named: Any) -> Any:
            self.take(name, path)
            return call(path, *arguments, **named)

        return stepped

    def opened(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(path: Any, *arguments: Any, **named: Any) -> Any:
            count = len(self.taken)
            self.take("open", path)
            file = call(path, *arguments, **named)
            return Opened(file, self, path) if len(self.taken) > count else file

        return stepped

    @contextmanager
    def installed(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            opened = self.opened(builtins.open)
            for name in SYSTEM_CALLS:
                patch.setattr(os, name, self.before(name, getattr(os, name)))
            patch.setattr(builtins, "open", opened)
            patch.setattr(io, "open", opened)
            yield


class Opened:
    """A file, each read and write of which is a step."""

    def __init__(self, file: Any, steps: Steps, path: Any) -> None:
        self._file, self._steps, self._path = file, steps, path

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._file, name)
        if name not in ("read", "readinto", "write"):
            return method

        def stepped(*arguments: Any) -> Any:
            self._steps.take(name, self._path)
            return method(*arguments)

        return stepped

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)


def go() -> None:
    suite = benchbox.Suite(
        denoisers="learner", corpus="fake", noises="white", snrs="5", metrics="si_sdr", limit=2
    )
    benchbox.run(suite, "out", in_process=True, examples=1)


def result() -> dict[str, Any]:
    """Return what of the run is free of timings."""
    manifest = json.loads(Path("out/manifest.json").read_text())
    del manifest["sha256"]
    for facts in manifest["systems"].values():
        facts["training_seconds"] = None
    files = [file for pattern in ("scores/*", "systems/*/gain.json") for file in Path("out").glob(pattern)]
    sounds = [str(file) for file in sorted(Path("out").glob("audio/*/*"))]
    hidden = [str(file) for file in Path("out").rglob(".*")]
    return {str(file): file.read_bytes() for file in files} | {"manifest": manifest, "": sounds + hidden}


def outcome(steps: Steps) -> int:
    """Return with which exit code a run ends whose step fails; -9 where it was killed."""
    if steps.fault == KILL:
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        try:
            with steps.installed():
                go()
        finally:  # this copy of the process must not go on with the tests
            os.kill(os.getpid(), signal.SIGTERM)
    try:
        with steps.installed():
            in_one_line(go)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which file a descriptor is")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.timeout(7200)
@pytest.mark.usefixtures("fakes")
def test_whatever_step_fails_the_same_run_again_ends_as_an_undisturbed_one(
    fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    counted = Steps(Path("out"))
    with counted.installed():
        go()
    expected = result()
    assert len(counted.taken) > 100
    ends = []
    # Each fault starts elsewhere, so that together they reach more of the steps.
    first = 1 + list(FAULTS).index(fault) * (EVERY // len(FAULTS))
    for step in range(first, len(counted.taken) + 1, EVERY):
        shutil.rmtree("out")
        code = outcome(Steps(Path("out"), step, FAULTS[fault]))
        said = capsys.readouterr().err.strip().splitlines()
        ends.append((step, counted.taken[step - 1], code))
        assert code in ((-9,) if fault == "killed" else (0, 2)), ends[-1]
        assert code != 2 or len(said) == 1, (ends[-1], said)
        go()
        assert result() == expected, ends[-1]
    print(f"{fault}: {len(ends)} of {len(counted.taken)} steps failed, all of them survived")
