"""The contained process: what it answers, and what plugins see of it."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchbox.evaluation.worker import Worker
from benchbox.records import Progress
from benchbox.runs.contained import Contained, Failed, Limits


@pytest.fixture(scope="module")
def process() -> Iterator[Contained]:
    made = Contained(Path("systems"), Limits())
    yield made
    made.close()


def streams(worker: Worker) -> tuple[str, bool]:
    print("printed by a plugin")
    return sys.stdin.read(), signal.getsignal(signal.SIGINT) == signal.SIG_IGN


def two_steps(worker: Worker, steps: int) -> str:
    worker.entering("denoiser", "mine")
    for step in range(steps):
        worker.progress(Progress(step + 1, steps))
    return str(worker.systems)


def leave(worker: Worker) -> None:
    raise SystemExit("leaving")


def move(worker: Worker) -> int:
    os.chdir("/")
    os.environ["LANGUAGE"] = "moved"
    return os.getpid()


def place(worker: Worker) -> tuple[str, str | None, int]:
    return os.getcwd(), os.environ.get("LANGUAGE"), os.getpid()  # noqa: PTH109


def test_what_a_plugin_prints_is_no_reply_it_reads_nothing_and_ctrl_c_is_the_parents(
    process: Contained,
) -> None:
    assert process.ask(streams) == ("", True)


def test_progress_comes_as_it_is_made_and_parts_are_known(process: Contained) -> None:
    told: list[Progress] = []
    assert process.ask(two_steps, 2, progress=told.append) == str(Path("systems").absolute())
    assert told == [Progress(1, 2), Progress(2, 2)]
    assert ("denoiser", "mine") in process.parts


def test_one_that_leaves_fails_and_the_process_goes_on(process: Contained) -> None:
    before = process.ask(place)[2]
    with pytest.raises(Failed, match="SystemExit: leaving") as failed:
        process.ask(leave)
    assert "in leave" in failed.value.traceback
    assert process.ask(place)[2] == before


def test_what_one_changes_of_the_process_is_put_back_for_the_next(process: Contained) -> None:
    folder, language, _ = process.ask(place)
    number = process.ask(move)
    assert process.ask(place) == (folder, language, number)
