from dataclasses import replace
from pathlib import Path

import pytest

from benchbox.errors import BadRun
from benchbox.listening.choices import Choice, Kind, keep_choice, read_choices

ANN = Choice("ann", "m", ("a", "b"), "a", "b", 0, {"a": "k"})


def test_choices_are_kept_as_they_come_and_the_last_of_a_question_counts(tmp_path: Path) -> None:
    assert read_choices(tmp_path, Kind.abx) == []
    again = replace(ANN, said="b")
    others = [replace(ANN, number=1), replace(ANN, listener="bob")]
    for each in (ANN, again, *others):
        keep_choice(tmp_path, Kind.abx, each)
    assert read_choices(tmp_path, Kind.abx) == [again, *others]
    assert read_choices(tmp_path, Kind.preference) == []


@pytest.mark.parametrize(
    ("kind", "choice"),
    [
        (Kind.abx, replace(ANN, said=None)),
        (Kind.abx, replace(ANN, x=None)),
        (Kind.abx, replace(ANN, x="c")),
        (Kind.preference, replace(ANN, said="c")),
        (Kind.preference, replace(ANN, pair=("a", "a"))),
        (Kind.preference, replace(ANN, listener="../up")),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_is_kept(kind: Kind, choice: Choice, tmp_path: Path) -> None:
    with pytest.raises(BadRun):
        keep_choice(tmp_path, kind, choice)
    assert read_choices(tmp_path, kind) == []


def test_neither_is_an_answer_to_which_is_better(tmp_path: Path) -> None:
    neither = replace(ANN, said=None, x=None)
    keep_choice(tmp_path, Kind.preference, neither)
    assert read_choices(tmp_path, Kind.preference) == [neither]


def test_a_line_that_is_damaged_is_named_and_one_that_a_kill_cut_off_left_out(tmp_path: Path) -> None:
    keep_choice(tmp_path, Kind.abx, ANN)
    file = tmp_path / "abx" / "ann.jsonl"
    whole = file.read_text()
    file.write_text(whole + whole[:30])
    assert read_choices(tmp_path, Kind.abx) == [ANN]
    file.write_text(whole + whole.replace('"said": "a"', '"said": "c"'))
    with pytest.raises(BadRun, match="line 2 is no choice: X is one of the two systems, not 'c'"):
        read_choices(tmp_path, Kind.abx)
