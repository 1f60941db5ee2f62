"""What tests of references share."""

import sys
from pathlib import Path

import pytest

from tests.registry.mine import MINE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "beside", raising=False)
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "beside.py").write_text("def scale(samples, factor):\n    return factor * samples\n")
    return tmp_path
