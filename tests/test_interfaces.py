import re
import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import benchbox
from benchbox import interfaces


def test_the_example_in_the_docstring_is_a_plugin_that_runs(
    install_plugin: Callable[[str, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert interfaces.__doc__ is not None
    plugin, suite = (
        textwrap.dedent(block)
        for block in re.findall(r"(?:^(?:    .*)?\n)+", interfaces.__doc__, re.M)
        if block.strip()
    )
    install_plugin("benchbox_gate", plugin)
    monkeypatch.chdir(tmp_path)
    run = benchbox.run(benchbox.Suite(**tomllib.loads(suite)), "run", examples=0)
    systems = {"noisy", "gate(share=0.02)", "gate(share=0.05)", "spectral_sub"}
    assert set(run.scores["system"]) == systems
    assert set(run.scores["status"]) == {"ok"}
