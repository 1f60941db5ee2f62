from pathlib import Path

import pytest

from benchbox.errors import BadRun
from benchbox.runs.folder import Run, named_results


@pytest.mark.parametrize("path", ["one", "one/../one"])
def test_a_run_given_twice_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(BadRun, match="one is given 2 times; name each run once"):
        named_results([Run(tmp_path / "one"), Run(tmp_path / path)])


def test_a_run_opens_by_a_path_or_by_its_text(run: Run) -> None:
    assert Run.open(str(run.path)).path == run.path
    assert Run.open(run.path).results.scores.equals(run.results.scores)


def test_what_is_no_run_folder_is_told_with_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(BadRun, match=r"nothing is not a run folder \(no manifest.json\); `benchbox run"):
        Run.open(str(tmp_path / "nothing"))


def test_a_leaderboard_is_shown_and_holds_its_records(run: Run) -> None:
    shown = run.leaderboard()
    assert [row.system for row in shown.table.rows] == ["noisy", "half"]
    assert "half" in str(shown)
    assert str(shown) == repr(shown)
    assert "half" in shown._repr_html_()


@pytest.mark.parametrize(("content", "says"), [("{", "is damaged"), ('{"schema": 99}', "has schema 99")])
def test_a_damaged_or_foreign_run_folder_is_refused(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(BadRun, match=says):
        Run.open(tmp_path)
