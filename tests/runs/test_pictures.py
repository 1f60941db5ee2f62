"""Pictures that a notebook shows."""

from pathlib import Path

import pytest

from benchbox.errors import BadRun
from benchbox.runs.folder import Run


def test_a_run_is_drawn(finished: Run, tmp_path: Path) -> None:
    picture = finished.plot()
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert picture.save(tmp_path / "curves.svg").read_bytes().lstrip().startswith(b"<?xml")
    assert picture.save(tmp_path / "curves.png").read_bytes() == picture.png
    assert b"wiener" in picture.svg
    narrow = finished.plot(width=3.5).save(tmp_path / "curves.pdf").read_bytes()
    assert b"/MediaBox [ 0 0 252 " in narrow  # points
    with pytest.raises(BadRun, match=r"curves.gif: a picture is written as .png, .svg or .pdf"):
        picture.save(tmp_path / "curves.gif")
