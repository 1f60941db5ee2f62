import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchbox.registry import trial
from benchbox.registry.discovery import discover
from tests.strangers import GOOD

Install = Callable[[str, str], None]

# Only where it is tried: what is not contained would end the tests.
HOSTILE = """
import os, time
if os.getpid() == {tests}:
    raise RuntimeError("loaded where it must not be")
{offence}
"""


@pytest.fixture(autouse=True)
def a_cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("BENCHBOX_REFUSED_PLUGINS", "{}")
    monkeypatch.setenv("BENCHBOX_TRY_PLUGINS", "1")


@pytest.mark.parametrize(
    ("offence", "reason"),
    [
        ("os._exit(0)", "loading it ends the process with status 0"),
        ("os._exit(3)", "loading it ends the process with status 3"),
        ("os.abort()", "loading it ends the process by SIGABRT"),
        ("import ctypes; ctypes.string_at(0)", "loading it ends the process by SIGSEGV"),
    ],
)
def test_a_plugin_that_ends_whoever_loads_it_is_named_and_the_others_work(
    install_plugin: Install, offence: str, reason: str
) -> None:
    install_plugin("zz_hostile", HOSTILE.format(tests=os.getpid(), offence=offence))
    registry = discover()
    assert registry.broken == {"zz_hostile": reason}
    assert "spectral_sub" in registry.plugins["denoisers"]


def test_a_plugin_that_hangs_is_ended_once(install_plugin: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install_plugin("zz_hangs", HOSTILE.format(tests=os.getpid(), offence="time.sleep(10**6)"))
    monkeypatch.setattr(trial, "SECONDS", 3.0)
    assert discover().broken == {"zz_hangs": "loading it takes more than 3 s"}
    # Known to this process, and to those that it starts.
    monkeypatch.setattr(trial, "SECONDS", 10.0**6)
    assert discover().broken == {"zz_hangs": "loading it takes more than 3 s"}


def test_a_plugin_is_tried_again_only_when_its_files_change(
    install_plugin: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugin("good", GOOD)
    discover()
    real, started = subprocess.Popen, []

    def counted(command, **options):  # type: ignore[no-untyped-def]
        started.append(command)
        return real(command, **options)

    monkeypatch.setattr(subprocess, "Popen", counted)
    assert discover().find("denoisers", "good")
    assert not started
    (tmp_path / "site-good/good.py").write_text(f"{GOOD}\nimport os\nos._exit(1)\n")
    monkeypatch.delitem(sys.modules, "good")
    assert discover().broken == {"good": "loading it ends the process with status 1"}
    assert len(started) == 1


def test_first_party_plugins_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    monkeypatch.setattr("benchbox.registry.discovery.distribution_of", lambda _: ("benchbox-speech", "1"))
    monkeypatch.setattr("benchbox.registry.discovery.why_unloadable", lambda *point: tried.append(point))
    assert discover().plugins["denoisers"]
    assert not tried
