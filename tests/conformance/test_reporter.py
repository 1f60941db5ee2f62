"""Each outcome of a test is written down as soon as it is known, in the words of a finding."""

import json
import os
import subprocess
import sys
from pathlib import Path

from benchbox.conformance.reporter import FILE

TESTS = """
import os
import pytest

def test_holds(record_property):
    record_property("note", 3)

def test_fails():
    assert 1 == 2, "one is not two"

def test_skips():
    pytest.skip("not here")

@pytest.fixture
def broken():
    raise OSError("no weights")

def test_needs(broken):
    pass

def test_ends():
    os._exit(3)
"""


def reported(folder: Path, text: str) -> list[dict[str, str]]:
    (folder / "test_it.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
    command += ["-p", "benchbox.conformance.reporter", "--rootdir", str(folder), "test_it.py"]
    environment = {**os.environ, FILE: "report", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    return [json.loads(line) for line in (folder / "report").read_text().splitlines()]


def test_outcomes_come_with_reasons_and_notes_and_the_last_start_tells_what_ended(tmp_path: Path) -> None:
    lines = reported(tmp_path, TESTS)
    outcomes = [line for line in lines if line["outcome"] != "started"]
    assert outcomes == [
        {"test": "holds", "outcome": "passed", "reason": "", "note": "3"},
        {
            "test": "fails",
            "outcome": "failed",
            "reason": "AssertionError: one is not two\nassert 1 == 2",
            "note": "",
        },
        {"test": "skips", "outcome": "skipped", "reason": "not here", "note": ""},
        {"test": "needs", "outcome": "failed", "reason": "OSError: no weights", "note": ""},
    ]
    assert lines[-1] == {"test": "ends", "outcome": "started"}


def test_what_cannot_be_imported_cannot_be_built(tmp_path: Path) -> None:
    (line,) = reported(tmp_path, "raise ValueError('no such option')")
    assert line == {
        "test": "can_be_built",
        "outcome": "failed",
        "reason": "ValueError: no such option",
        "note": "",
    }
