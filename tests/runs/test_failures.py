"""Tracebacks of what failed are kept, for the plugin's author."""

from pathlib import Path

from benchbox.runs.failures import Failures, read_failures


def test_each_reason_is_written_once_with_its_first_traceback(tmp_path: Path) -> None:
    failures = Failures(tmp_path / "failures")
    failures.keep("mine", {"ValueError: 1": "line 3\n", "KeyError: a": "line 4"})
    failures.keep("mine", {"ValueError: 1": "line 5"})
    failures.keep("yours", {"ValueError: 1": "line 6"})
    mine, yours = read_failures(tmp_path / "failures")
    assert mine == "mine: ValueError: 1\n\nline 3\n\nmine: KeyError: a\n\nline 4\n\n"
    assert yours == "yours: ValueError: 1\n\nline 6\n\n"


def test_of_hundreds_of_reasons_ten_are_kept_and_no_name_leaves_the_folder(tmp_path: Path) -> None:
    failures = Failures(tmp_path / "failures")
    for number in range(300):
        failures.keep("../mine", {f"ValueError: {number}": "caf\udce9"})
    (text,) = read_failures(tmp_path / "failures")
    assert text.count("../mine: ValueError") == 10
    assert [file.parent for file in tmp_path.rglob("*.txt")] == [tmp_path / "failures"]


def test_what_failed_before_is_told_again_only_if_it_still_fails(tmp_path: Path) -> None:
    Failures(tmp_path).keep("mine", {"ValueError": "line 3"})
    Failures(tmp_path)
    assert list(read_failures(tmp_path)) == []
