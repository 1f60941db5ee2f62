"""A listener's file: a line a trial, and a kill loses one at most."""

from pathlib import Path
from typing import Any

import pytest

from benchbox.errors import BadRun
from benchbox.listening.lines import append, read_lines


def numbers(folder: Path) -> list[Any]:
    return list(read_lines(folder, "number", lambda content: content["n"]))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "listening" / "ann.jsonl"
    for number in (1, 2):
        append(path, {"n": number, "text": "\u00e9\n"})
    return path


def test_lines_are_read_in_order_of_their_files_and_as_they_were_given(file: Path) -> None:
    append(file.with_name("aaa.jsonl"), {"n": 0})
    assert numbers(file.parent) == [0, 1, 2]
    assert file.read_bytes().isascii()
    assert len(file.read_text().splitlines()) == 2


@pytest.mark.parametrize(("cut", "left"), [(5, [1]), (1, [1, 2])])
def test_what_a_kill_cut_off_is_left_out_and_the_next_line_is_whole(
    file: Path, cut: int, left: list[int]
) -> None:
    file.write_bytes(file.read_bytes()[:-cut])
    assert numbers(file.parent) == left
    append(file, {"n": 3})
    assert numbers(file.parent) == [*left, 3]


@pytest.mark.parametrize("line", ["{", "[]", '{"m": 1}', "7"])
def test_a_damaged_line_before_the_last_is_named(file: Path, line: str) -> None:
    file.write_text(f"{line}\n{file.read_text()}")
    with pytest.raises(BadRun, match=r"ann\.jsonl, line 1 is no number"):
        numbers(file.parent)
