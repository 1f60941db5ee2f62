"""What a process that is killed or stopped leaves behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchbox.runs.folder import Run
from tests.fakes import shards

pytestmark = pytest.mark.usefixtures("fakes")


def command(*flags: str) -> list[str]:
    run = ["run", "--denoisers", "slow", "--corpus", "fake", "--noises", "white,pink", "--snrs=0,5,10"]
    return [sys.executable, "-m", "benchbox", *run, "--metrics", "nsr", "--output", "out", *flags]


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_stopped_run_continues_where_it_was(sent: signal.Signals, code: int, jobs: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    started = subprocess.Popen(
        command("-j", jobs),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests that were started in the background would hand on that they do not hear Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 60
    while len(list(Path("out/scores").glob("*.parquet"))) < 3:
        assert time.monotonic() < deadline
        assert started.poll() is None, started.communicate()
        time.sleep(0.02)
    # As a terminal does it: the whole process group gets the signal.
    os.killpg(started.pid, sent)
    _, said = started.communicate(timeout=30)
    assert started.returncode == code
    if sent == signal.SIGINT:
        assert "the same command continues" in said
        assert "Traceback" not in said
    kept = shards(Run(Path("out")))
    assert 3 <= len(kept) < 12

    done = subprocess.run(command("-j", jobs), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    finished = shards(Run(Path("out")))
    assert len(finished) == 12
    assert {name: finished[name] for name in kept} == kept


def test_a_killed_run_takes_its_trainings_along() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    # Two of them, so that they are trained in workers and not in the run's own process.
    flags = ("--denoisers", "endless,endless(fails=true)", "-j", "2")
    started = subprocess.Popen(command(*flags), env=environment, stderr=subprocess.DEVNULL)

    def steps() -> list[str]:
        return [file.read_text() for file in Path("out/systems").glob("*/alive")]

    deadline = time.monotonic() + 60
    while len(steps()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    started.kill()
    started.wait()
    time.sleep(1)
    then = steps()
    time.sleep(0.5)
    assert steps() == then
