"""`benchbox new`."""

import sys
from pathlib import Path

import pytest

from benchbox.cli import main


def test_the_command_writes_once_and_says_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["benchbox", "new", "denoiser", "my_gate"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert "benchbox run --denoisers my_gate,spectral_sub" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "is not empty: choose another --output" in capsys.readouterr().err
