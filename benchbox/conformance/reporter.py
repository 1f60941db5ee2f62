"""The pytest plugin of `benchbox check`: writes each outcome to a file as soon as it is known."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

FILE = "BENCHBOX_CHECK_REPORT"
"""Environment variable that names the file: one JSON object a line."""


def pytest_runtest_logstart(nodeid: str) -> None:
    """Say what is being tried: if the process ends, it was this."""
    _write(test=_name(nodeid), outcome="started")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Say what came of it."""
    if report.when == "call" or report.outcome != "passed":
        note = dict(report.user_properties).get("note", "")
        reason = "" if report.outcome == "passed" else _reason(report)
        _write(test=_name(report.nodeid), outcome=report.outcome, reason=reason, note=str(note))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Say why nothing can be tried."""
    if report.failed:
        _write(test="can_be_built", outcome="failed", reason=_last(report.longreprtext), note="")


def _reason(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):  # where it was skipped, and why
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash: Any = getattr(report.longrepr, "reprcrash", None)
    return crash.message if crash else _last(report.longreprtext)


def _last(text: str) -> str:
    lines = [line.removeprefix("E").strip() for line in text.splitlines() if line.startswith("E ")]
    return lines[-1] if lines else text.strip().rpartition("\n")[2]


def _name(nodeid: str) -> str:
    return nodeid.rpartition("::")[2].removeprefix("test_")


def _write(**outcome: str) -> None:
    with Path(os.environ[FILE]).open("a") as file:
        file.write(json.dumps(outcome) + "\n")
