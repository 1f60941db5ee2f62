"""What a training left in its folder is what is read later."""

from pathlib import Path

import pytest

from benchbox.errors import Damaged
from benchbox.systems.digests import check_files, file_digests


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("model.safetensors", "parts/a.json", "trained.json", "curve.csv", "state.pt", ".lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_all_that_may_be_loaded_has_a_digest(folder: Path) -> None:
    digests = file_digests(folder)
    assert list(digests) == ["model.safetensors", "parts/a.json"]
    check_files(folder, digests)


def test_what_is_no_weight_may_change(folder: Path) -> None:
    digests = file_digests(folder)
    (folder / "curve.csv").write_text("another")
    (folder / "more.txt").write_text("beside")
    check_files(folder, digests)


def test_one_that_is_gone_or_another_is_named(folder: Path) -> None:
    digests = file_digests(folder)
    (folder / "parts" / "a.json").write_text("parts/b.json")
    with pytest.raises(Damaged, match=r"parts/a\.json is damaged"):
        check_files(folder, digests)
    (folder / "parts" / "a.json").unlink()
    with pytest.raises(Damaged, match=r"parts/a\.json is gone"):
        check_files(folder, digests)
