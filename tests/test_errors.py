"""Errors: their texts are one line, and name what would be right."""

import pytest

from benchbox.errors import UnknownName, did_you_mean, one_line
from tests.hostile import HOSTILE, hidden


@pytest.mark.parametrize("text", HOSTILE)
def test_one_line_shows_what_cannot_be_seen_and_ends(text: str) -> None:
    line = one_line(text)
    assert not hidden(line)
    assert len(line.splitlines()) == 1
    assert len(line) < 2100
    line.encode()
    assert one_line(line) == line


def test_one_line_leaves_what_people_write() -> None:
    for text in ("vqunet(steps=[1, 2])", "naïve café, 日本語, über ±3", r"C:\noise", "", "a  b"):
        assert one_line(text) == text
    assert one_line("two\n  lines\n") == "two lines"


def test_the_nearest_name_is_suggested_where_there_is_one() -> None:
    assert did_you_mean("peqs", ["stoi", "pesq"]) == "; did you mean 'pesq'? valid: pesq, stoi"
    assert did_you_mean("x", ["stoi", "pesq"]) == "; valid: pesq, stoi"
    assert did_you_mean("x", []) == "; valid: none"
    assert (
        str(UnknownName("metric", "peqs", ["pesq"])) == "no metric 'peqs'; did you mean 'pesq'? valid: pesq"
    )
