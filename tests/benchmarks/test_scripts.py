"""Every script imports: the names that it takes from benchbox and its plugins are there."""

import importlib
from pathlib import Path

import pytest

SCRIPTS = sorted(file.stem for file in (Path(__file__).parents[2] / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_imports(script: str) -> None:
    assert importlib.import_module(script).__doc__
