"""Mutated inputs of every kind, a few seconds of them and always the same; `make fuzz` goes on for longer."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
COUNTS = {
    "options": 1000,
    "suites": 1000,
    "baselines": 300,
    "manifests": 300,
    "metadata": 500,
    "audio": 500,
    "checkpoints": 60,
}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="bounds memory as Linux does")
@pytest.mark.parametrize("kind", COUNTS)
def test_a_mutated_input_is_used_or_refused_in_one_line(kind: str) -> None:
    # In a process of its own, which bounds its memory. What was found once is read first.
    command = [sys.executable, str(HERE / "run.py"), kind, "--count", str(COUNTS[kind])]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "0 crashes" in done.stdout


def test_what_was_found_is_of_a_kind_that_is_read() -> None:
    assert {folder.name for folder in (HERE / "found").iterdir()} <= set(COUNTS)
