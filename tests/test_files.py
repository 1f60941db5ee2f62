"""Files that last: what is written is on the disk, and what is read is what was written."""

import errno
import json
import os
from pathlib import Path

import pytest

from benchbox.errors import BadRun, Damaged
from benchbox.files import atomic, read_json, read_sealed, remove_unfinished, write_json, write_sealed

CONTENT = {"name": "quick \u00e9", "value": 0.1, "rows": [1, None, True], "nested": {"a": {}}}


def test_json_is_read_as_it_was_written_and_older_files_without_a_checksum_too(tmp_path: Path) -> None:
    write_json(tmp_path / "new.json", CONTENT)
    assert list(json.loads((tmp_path / "new.json").read_text()))[-1] == "sha256"
    (tmp_path / "old.json").write_text(json.dumps(CONTENT))
    assert read_json(tmp_path / "new.json") == read_json(tmp_path / "old.json") == CONTENT


def test_any_flipped_bit_of_a_json_file_is_found_or_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_json(file, CONTENT)
    whole = file.read_bytes()
    found = 0
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        file.write_bytes(flipped)
        try:
            # Where the name of the checksum is hit, the file is one without.
            assert {name: value for name, value in read_json(file).items() if name in CONTENT} == CONTENT
        except Damaged:
            found += 1
    assert found > 8 * len(whole) - 8 * len('"sha256"')


@pytest.mark.parametrize("content", [b"", b"\0" * 64, b'{"name": '])
def test_what_is_empty_zeroed_or_cut_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(Damaged, match=r"a\.json is damaged"):
        read_json(tmp_path / "a.json")


def test_sealed_bytes_are_read_as_they_were_written_or_refused(tmp_path: Path) -> None:
    write_sealed(tmp_path / "a", b"content")
    assert read_sealed(tmp_path / "a") == b"content"
    whole = (tmp_path / "a").read_bytes()
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        (tmp_path / "a").write_bytes(flipped)
        with pytest.raises(Damaged, match="a is damaged"):
            read_sealed(tmp_path / "a")


def test_what_is_missing_is_not_damaged(tmp_path: Path) -> None:
    with pytest.raises(BadRun, match="cannot be read: No such file") as caught:
        read_json(tmp_path / "a.json")
    assert not isinstance(caught.value, Damaged)


def test_file_and_folder_are_on_the_disk_when_the_block_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def watched(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()) if Path("/proc").is_dir() else "?")
        fsync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        synced.append("renamed")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", watched)
    monkeypatch.setattr(Path, "replace", renamed)
    with atomic(tmp_path / "folder") as temporary:
        temporary.mkdir()
        (temporary / "file").write_text("x")
    assert synced.index("renamed") == 2
    assert len(synced) == 4
    if Path("/proc").is_dir():
        assert [synced[0], synced[3]] == [f"{temporary}/file", str(tmp_path)]


def test_what_fails_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_json(tmp_path / "a.json", {"a": 1})

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_json(tmp_path / "a.json", {"a": 2})
    assert read_json(tmp_path / "a.json") == {"a": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_what_a_kill_left_unfinished_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (".a.json.0123abcd", "a.json", ".gitignore", "b.parquet"):
        (tmp_path / name).touch()
    (tmp_path / ".01_white.0123abcd").mkdir()
    (tmp_path / ".01_white.0123abcd" / "clean.wav").touch()
    remove_unfinished(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [".gitignore", "a.json", "b.parquet"]
