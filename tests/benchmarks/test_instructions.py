"""The verdict of `make speed-gate`; the counting itself takes minutes below valgrind."""

import json

import pytest
from speed import instructions


def test_a_tenth_more_is_tolerated_and_what_is_beyond_fails() -> None:
    lines, good = instructions.compared({"a": 1_000_000, "b": 1_000_000}, {"a": 1_090_000, "b": 850_000})
    assert good
    assert lines[0].endswith("+9.0%  same")
    assert lines[1].endswith("-15.0%  faster: --save")
    lines, good = instructions.compared({"a": 1_000_000}, {"a": 1_110_000})
    assert not good
    assert lines == ["a                        1.0 ->       1.1 M  +11.0%  SLOWER"]


@pytest.mark.parametrize(
    ("committed", "now", "told"), [({"a": 1}, {}, "gone"), ({}, {"a": 1}, "not committed")]
)
def test_a_workload_that_has_no_partner_fails(
    committed: dict[str, int], now: dict[str, int], told: str
) -> None:
    lines, good = instructions.compared(committed, now)
    assert not good
    assert told in lines[0]


def test_the_count_of_a_dump_is_its_total() -> None:
    assert instructions.total("version: 1\nevents: Ir\nfn=x\n1 5\n\ntotals: 387000\n") == 387000
    with pytest.raises(SystemExit, match="no count"):
        instructions.total("nothing")


def test_each_workload_runs_and_has_a_committed_count() -> None:
    for workload in instructions.prepared().values():
        workload()
    assert set(json.loads(instructions.COMMITTED.read_text())) == {
        instructions.IMPORTS,
        *instructions.prepared(),
    }


def test_without_valgrind_nothing_is_compared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert instructions.main() == 0
    assert "skipped: valgrind is not installed" in capsys.readouterr().out
