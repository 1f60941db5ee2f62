"""A spec -> what holds of the plugin and what does not, each tried in a process that may crash or hang."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Literal

from benchbox.conformance.reporter import FILE
from benchbox.errors import BadOption, UnknownName
from benchbox.hookspecs import INTERFACES
from benchbox.registry.discovery import SINGULAR, Registry
from benchbox.registry.options import expand
from benchbox.registry.references import is_reference, kinds_at
from benchbox.registry.specs import parse_spec
from benchbox.registry.trial import kill_group

_TESTS = """
from benchbox.conformance.contracts import contract

TestPlugin = contract({kind!r}, {spec!r}, {minutes})
"""
_MOST_ENDS = 5


@dataclass(frozen=True)
class Finding:
    """One thing that was tried."""

    kind: str
    name: str
    """In words: "stays finite on silence"."""
    outcome: Literal["holds", "fails", "skipped"]
    told: str
    """Why it fails or was skipped, or what was measured."""


def check(
    text: str, registry: Registry, *, minutes: float = 10.0, seconds: float = 600.0
) -> Iterator[Finding]:
    """Give what holds of the plugin that `text` names, as it is found out.

    Args:
        minutes: of the longest audio that a denoiser is given.
        seconds: that one thing may take before it counts as hanging.

    Raises:
        UnknownName, BadOption: there is no such plugin, or `text` names several.
        ModuleNotFoundError: pytest is not installed.
    """
    import pytest  # noqa: F401 - the process that needs it would not say so in one line

    spec = parse_spec(text)
    if is_reference(spec.name):
        kinds = kinds_at(spec.name)
    elif not (kinds := [kind for kind in SINGULAR if spec.name in registry.plugins[kind]]):
        known = {name for plugins in registry.plugins.values() for name in plugins}
        raise UnknownName("plugin", spec.name, known)
    for kind in kinds:
        specs = expand(INTERFACES[kind], [spec], registry)
        if len(specs) != 1:
            raise BadOption(f"{text!r} stands for {len(specs)} plugins: check them one at a time")
        for outcome in _outcomes(kind, str(specs[0]), minutes, seconds):
            yield Finding(SINGULAR[kind], *outcome)


def _outcomes(
    kind: str, spec: str, minutes: float, seconds: float
) -> Iterator[tuple[str, Literal["holds", "fails", "skipped"], str]]:
    words = {"passed": "holds", "failed": "fails", "skipped": "skipped"}
    with tempfile.TemporaryDirectory(prefix="benchbox-") as folder:
        file = Path(folder, "test_plugin.py")
        file.write_text(_TESTS.format(kind=kind, spec=spec, minutes=minutes))
        done: list[str] = []
        for _ in range(_MOST_ENDS):
            trying = None
            for line in _lines(file, done, seconds):
                test, outcome = line["test"], line["outcome"]
                if outcome == "started":
                    trying = test
                elif outcome == "ended":
                    if trying is not None:
                        yield _in_words(trying), "fails", line["reason"]
                        done.append(trying)
                    elif not done:
                        yield "can be built", "fails", line["reason"]
                    break
                elif test not in done:
                    yield _in_words(test), words[outcome], line["reason"] or line["note"]  # type: ignore[misc]
                    done.append(test)
                    trying = None
            else:
                return
            if trying is None:
                return


def _lines(file: Path, done: list[str], seconds: float) -> Iterator[dict[str, str]]:
    """Give the outcomes of one process as they come; at last {"outcome": "ended"} if it did not end well."""
    report = file.with_name("report.jsonl")
    report.write_text("")
    said = file.with_name("said.txt")
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-p", "benchbox.conformance.reporter", "-c", os.devnull, "--rootdir", str(file.parent)]
    command += [f"--deselect={file.name}::TestPlugin::test_{name}" for name in done]
    environment = {
        **os.environ,
        FILE: str(report),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    with said.open("wb") as output:
        process = subprocess.Popen(
            [*command, str(file)],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    heard, since, running = 0, monotonic(), True
    try:
        while running:
            running = process.poll() is None
            lines = report.read_text().splitlines()
            for line in lines[heard:]:
                yield json.loads(line)
            if len(lines) > heard:
                heard, since = len(lines), monotonic()
            if running and monotonic() - since > seconds:
                kill_group(process)
                yield {"test": "", "outcome": "ended", "reason": f"took more than {seconds:g} s"}
                return
            sleep(0.05)
    finally:
        kill_group(process)
    if process.returncode < 0:
        reason = f"ended its process by {signal.Signals(-process.returncode).name}"
        yield {"test": "", "outcome": "ended", "reason": reason}
    elif process.returncode not in (0, 1, 2, 5):
        yield {
            "test": "",
            "outcome": "ended",
            "reason": f"ended its process with exit code {process.returncode}",
        }


def _in_words(test: str) -> str:
    name, _, case = test.removesuffix("]").partition("[")
    return name.replace("_", " ") + (f" ({case})" if case else "")
