"""Files on their way to another machine."""

from pathlib import Path

import pytest

from benchbox.runs import sending
from benchbox.runs.sending import Piece, lacking, pieces, put, read_files, tree_of, write_files


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    folder = tmp_path / "here" / "speech"
    (folder / "test").mkdir(parents=True)
    (folder / "test" / "a.wav").write_bytes(bytes(range(256)) * 10)
    (folder / "empty.txt").write_bytes(b"")
    (folder / ".lock").write_bytes(b"mine")
    return folder


@pytest.mark.parametrize("piece", [100, 256, 2560, 10**6])
def test_a_folder_arrives_as_it_was(
    piece: int, speech: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PIECE", piece)
    tree, there = tree_of(speech), tmp_path / "there"
    assert lacking(there, tree) == ["speech/empty.txt", "speech/test/a.wav"]
    for message in pieces(speech.parent, tree, tree.files):
        assert sum(len(each.content) for each in message) < 2 * piece
        put(there, message)
    assert lacking(there, tree) == []
    assert tree_of(there / "speech") == tree


def test_a_file_is_a_tree_of_its_own(speech: Path) -> None:
    assert list(tree_of(speech / "test" / "a.wav").files) == ["a.wav"]
    assert tree_of(speech / "nothing").files == {}


def test_a_file_that_did_not_arrive_whole_is_not_there(tmp_path: Path) -> None:
    put(tmp_path, [Piece("a", 0, b"x", digest="0" * 64)])
    assert not (tmp_path / "a").exists()


def test_a_trained_system_is_files_of_its_folder_but_for_its_unfinished_state(tmp_path: Path) -> None:
    files = {"weights": b"1", "deep/config.json": b"{}"}
    write_files(tmp_path / "system", files)
    (tmp_path / "system" / "state.pt").write_bytes(b"2")
    assert read_files(tmp_path / "system", leave_out="state.pt") == files
