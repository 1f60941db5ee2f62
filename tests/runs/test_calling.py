"""benchbox.run takes what the command takes; runs show themselves in notebooks."""

from pathlib import Path
from typing import Any

import pytest

import benchbox
from benchbox.errors import BadSuite
from benchbox.runs.folder import Run

SETTINGS: dict[str, Any] = {"noises": "white", "snrs": "0,5", "metrics": "si_sdr", "limit": 2}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    output = tmp_path_factory.mktemp("runs") / "x"
    return benchbox.run(
        output=output, denoisers="ours=wiener,log_mmse", **SETTINGS, in_process=True, examples=0
    )


def test_settings_are_given_as_flags_are(done: Run, tmp_path: Path) -> None:
    assert list(done.manifest.systems) == ["noisy", "ours", "log_mmse"]
    (tmp_path / "mine.toml").write_text('denoisers = ["wiener"]\nnoises = ["white"]\nmetrics = ["si_sdr"]\n')
    again = benchbox.run(
        tmp_path / "mine.toml", tmp_path / "out", limit=1, snrs="5", in_process=True, examples=0
    )
    assert (again.manifest.suite.name, again.manifest.suite.limit) == ("mine", 1)


def test_what_is_not_said_is_taken_from_the_run_in_the_folder(done: Run) -> None:
    again = benchbox.run(output=done.path, denoisers="wiener", in_process=True, examples=0)
    assert again.manifest.suite.limit == 2


def test_a_suite_and_settings_exclude_each_other() -> None:
    with pytest.raises(BadSuite, match="limit: give a Suite, or settings, not both"):
        benchbox.run(benchbox.Suite(denoisers="wiener"), limit=1)
    with pytest.raises(BadSuite, match=r"no suite file nowhere\.toml"):
        benchbox.run("nowhere.toml")


def test_progress_is_shown_where_it_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = {**SETTINGS, "denoisers": "wiener", "in_process": True, "examples": 0}
    benchbox.run(output=tmp_path / "shown", progress=True, **given)
    assert "4/4" in capsys.readouterr().err
    # Neither a terminal nor a notebook.
    benchbox.run(output=tmp_path / "silent", **given)
    assert capsys.readouterr().err == ""


def test_a_leaderboard_is_a_frame_and_html(done: Run) -> None:
    frame = done.to_frame()
    assert list(frame["system"]) == [row.system for row in done.leaderboard().table.rows]
    assert {"rank", "system", "n_ok", "si_sdr"} <= set(frame)
    assert frame.set_index("system").loc["noisy", "si_sdr"] == pytest.approx(2.5, abs=1.5)
    assert len(done.to_frame(by=["snr"])) == 6
    assert "ours" in done.leaderboard()._repr_html_()
