"""`benchbox score`: what it takes for the name of a system, and its exit code."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.pairs import write_pairs

Command = Callable[..., Any]


def test_a_name_that_is_given_twice_and_nothing_at_all_are_refused(tmp_path: Path, benchbox: Command) -> None:
    refusal = benchbox("score", "half=a", "half=b", "--clean", tmp_path).refusal
    assert "'half' names two systems, a and b" in refusal
    assert "nothing to score" in benchbox("score", "--clean", tmp_path).refusal


def test_a_file_needs_no_name_and_a_missing_one_fails_strictly(tmp_path: Path, benchbox: Command) -> None:
    clean, noisy = write_pairs(tmp_path, 2)
    given = ("--clean", clean, "--metrics", "si_sdr", "-j", "1", "--strict", "--examples", "0")
    one = ("--clean", clean / "p0.wav", *given[2:])
    done = benchbox("score", noisy / "p1.wav", *one, "--output", tmp_path / "one")
    assert done.code == 0, done.err
    assert "p1" in done.out
    assert f"run folder: {tmp_path / 'one'}" in done.out
    (noisy / "p1.wav").unlink()
    done = benchbox("score", f"ours={noisy}", *given, "--output", tmp_path / "all")
    assert done.code == 1, done.err
    assert done.err.rstrip().endswith("1 of 2 scores failed (--strict)")
