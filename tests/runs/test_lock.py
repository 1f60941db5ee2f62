"""One run folder, one process: the second is told who holds it, a dead one holds nothing."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchbox.errors import BadRun
from benchbox.runs.lock import NAME, held

HOLD = """
import sys
from pathlib import Path
from benchbox.runs.lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-c", HOLD, str(tmp_path / "run")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process


def test_the_second_is_told_who_holds_the_folder_since_when(
    holder: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    with pytest.raises(BadRun) as caught, held(tmp_path / "run"):
        pass
    told = str(caught.value)
    assert re.search(rf"run is in use by process {holder.pid} on \S+ since 2\d{{3}}-\d\d-\d\d \d\d:", told)
    assert "\n" not in told
    holder.communicate()
    assert list((tmp_path / "run").parent.iterdir()) == []
    with held(tmp_path / "run"):
        assert (tmp_path / "run" / NAME).exists()


def test_the_lock_of_a_killed_process_is_taken_over(holder: "subprocess.Popen[str]", tmp_path: Path) -> None:
    holder.kill()
    holder.wait()
    assert (tmp_path / "run" / NAME).exists()
    with held(tmp_path / "run"):
        assert json.loads((tmp_path / "run" / NAME).read_text())["process"] == os.getpid()
    assert not (tmp_path / "run" / NAME).exists()


def test_a_process_of_another_machine_may_be_at_work(tmp_path: Path) -> None:
    there = {"process": 1, "host": "elsewhere", "since": "2026-01-01 00:00:00+00:00", "boot": "other"}
    (tmp_path / NAME).write_text(json.dumps(there))
    with (
        pytest.raises(BadRun, match=r"process 1 on elsewhere since 2026.*if it is no more, delete .*\.lock"),
        held(tmp_path),
    ):
        pass
    assert json.loads((tmp_path / NAME).read_text()) == there


@pytest.mark.parametrize("content", ["", "{", "[]", '{"process": "x"}', '{"process": 1, "created": 2}'])
def test_what_says_nothing_holds_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    with held(tmp_path):
        pass


def test_of_many_at_once_one_has_the_folder(tmp_path: Path) -> None:
    inside, most, got = 0, 0, 0
    failed: list[OSError] = []
    guard = threading.Lock()

    def one() -> None:
        nonlocal inside, most, got
        for _ in range(200):
            try:
                with held(tmp_path / "run"):
                    with guard:
                        inside, got = inside + 1, got + 1
                        most = max(most, inside)
                    with guard:
                        inside -= 1
            except BadRun:
                pass
            except OSError as error:
                failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert got
    assert not failed


def test_a_lock_that_cannot_be_deleted_does_not_lock_its_own_process_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError("no")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused)
        with held(tmp_path):
            pass
    assert (tmp_path / NAME).exists()
    with held(tmp_path):
        pass
