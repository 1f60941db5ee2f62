"""The flags of a suite: made of its settings, shown with their defaults, completed in the shell."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchbox.plan.settings import SETTINGS

Command = Callable[..., Any]

RUN = (
    "run",
    "--denoisers",
    "spectral_sub",
    "--noises",
    "white",
    "--snrs=5",
    "--metrics",
    "nsr",
    "--limit",
    "1",
)


def test_help_shows_each_setting_with_its_default(benchbox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    text = benchbox("run", "--help").out
    for name, setting in SETTINGS.items():
        [line] = [line for line in text.splitlines() if f" --{name.replace('_', '-')} " in line]
        assert f"[default: {setting.shown}]" in line
        assert setting.description[1:] in line
        assert (f"--no-{name.replace('_', '-')} " in line) == isinstance(setting.default, bool)


def test_a_flag_switches_off_what_the_suite_file_switches_on(benchbox: Command, tmp_path: Path) -> None:
    suite = tmp_path / "mine.toml"
    suite.write_text("bounds = true\n")
    done = benchbox(*RUN, suite, "--no-bounds", "--name", "yours", "-j1", "--output", tmp_path / "run")
    assert done.code == 0, done.err
    assert "oracle_mask" not in done.out
    manifest = (tmp_path / "run" / "manifest.json").read_text()
    assert re.search(r'"name": "yours"', manifest)
