"""The script that says whether two runs hold the same scores."""

import shutil
from pathlib import Path

import pytest
import same_scores
import typer

import benchbox


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    suite = benchbox.Suite(denoisers="log_mmse", noises="white", snrs=[5], metrics="si_sdr,stoi", limit=2)
    return benchbox.run(suite, tmp_path_factory.mktemp("same") / "before", examples=0, in_process=True).path


def test_a_run_and_its_copy_are_the_same(
    before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same_scores.main(before, shutil.copytree(before, tmp_path / "after"))
    # Two systems, two clips; one measure and two.
    assert capsys.readouterr().out == "the same 12 scores; 2 of 2 shards are the same bytes\n"


def test_one_other_bit_is_found(before: Path) -> None:
    old = benchbox.Run.open(before).scores
    new = old.copy()
    value = float(old["value"].iloc[7])
    new.loc[7, "value"] = value * (1 + 2**-52)
    assert new["value"].iloc[7] != value
    (line,) = same_scores.differences(old, new)
    assert line.startswith("value: 1 of 12 differ; ")
    assert f": {value} before, " in line
    assert not [*same_scores.differences(old, old.copy())]


def test_missing_rows_and_failures_are_found(before: Path) -> None:
    scores = benchbox.Run.open(before).scores
    assert [*same_scores.differences(scores, scores.iloc[1:])] == ["12 scores before, 11 after"]
    failed = scores.copy()
    failed.loc[0, "value"] = None
    assert len([*same_scores.differences(scores, failed)]) == 1


def test_exits_with_1_where_something_differs(before: Path, tmp_path: Path) -> None:
    suite = benchbox.Suite(denoisers="log_mmse", noises="white", snrs=[6], metrics="si_sdr,stoi", limit=2)
    other = benchbox.run(suite, tmp_path / "after", examples=0, in_process=True)
    with pytest.raises(typer.Exit) as stopped:
        same_scores.main(before, other.path)
    assert stopped.value.exit_code == 1
