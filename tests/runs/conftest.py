"""What tests of runs share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes import PLUGINS


@pytest.fixture
def fakes(
    install_plugin: Callable[[str, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Install small plugins, and work in an empty folder."""
    install_plugin("fakes", PLUGINS)
    monkeypatch.chdir(tmp_path)
