"""Runs for real: a distribution of small plugins, installed as any other, in this process and in workers."""

from pathlib import Path

import pandas as pd
import pytest

import benchbox
from benchbox.errors import BadRun
from benchbox.runs.folder import Run
from tests.fakes import rows, run_here, shards, suite

pytestmark = pytest.mark.usefixtures("fakes")


def test_a_run_scores_every_system_on_the_same_mixtures() -> None:
    run = run_here(suite(), "out")
    assert len(run.scores) == 2 * 8 * 2 * 2
    noisy, half = rows(run, "noisy"), rows(run, "half")
    assert list(noisy["mixture"]) == list(half["mixture"])
    # Half the volume is the same signal to a scale-invariant measure, and another one to NSR.
    of = {
        name: (noisy.loc[noisy["measure"] == name, "value"], half.loc[half["measure"] == name, "value"])
        for name in ("si_sdr", "nsr")
    }
    assert list(of["si_sdr"][0].round(3)) == list(of["si_sdr"][1].round(3))
    assert list(of["nsr"][0].round(3)) != list(of["nsr"][1].round(3))
    assert noisy["snr_active_db"].to_numpy() == pytest.approx(noisy["snr_db"].to_numpy(), abs=1e-3)
    assert len(run.timings) == 2 * 8 * 2
    assert run.finished
    assert "half" in (run.path / "leaderboard.md").read_text()
    assert str(run.leaderboard())


def test_the_same_suite_again_computes_nothing() -> None:
    first = run_here(suite(denoisers="half,learner"), "out")
    manifest = (first.path / "manifest.json").stat().st_mtime_ns
    before = shards(first)
    again = run_here(suite(denoisers="half,learner"), "out")
    assert shards(again) == before
    assert (again.path / "manifest.json").stat().st_mtime_ns == manifest
    pd.testing.assert_frame_equal(again.scores, first.scores)


def test_no_cache_computes_everything_anew() -> None:
    before = shards(run_here(suite(), "out"))
    after = shards(run_here(suite(), "out", fresh=True))
    assert {name: content for name, (_, content) in after.items()} == {
        name: content for name, (_, content) in before.items()
    }
    assert all(after[name][0] > before[name][0] for name in before)


def test_only_what_is_missing_is_computed() -> None:
    run = run_here(suite(), "out")
    before = shards(run)
    lost = sorted(before)[0]
    (run.path / "scores" / lost).unlink()
    after = shards(run_here(suite(), "out"))
    assert after[lost][1] == before[lost][1]
    del after[lost], before[lost]
    assert after == before


def test_errors_are_not_cached_and_good_rows_are() -> None:
    before = shards(run_here(suite(denoisers="wrong,half"), "out"))
    Path("mended").touch()
    run = run_here(suite(denoisers="wrong,half"), "out")
    assert set(run.scores["status"]) == {"ok"}
    good = {name: shard for name, shard in before.items() if ".error." not in name}
    after = shards(run)
    assert {name: after[name] for name in good} == good
    assert not [name for name in after if ".error." in name]


def test_a_trained_system_is_trained_once_and_its_facts_are_kept() -> None:
    run = run_here(suite(denoisers="learner"), "out")
    facts = run.results.systems["learner"]
    folder = run.systems_folder / facts.folder
    assert facts.training_seconds is not None
    assert facts.training_seconds >= 0
    assert set(rows(run, "learner")["status"]) == {"ok"}
    (run.path / "scores" / next(iter(shards(run)))).unlink()
    run_here(suite(denoisers="learner"), "out")
    assert (folder / "fits").read_text() == "x"


def test_a_failed_training_is_failed_rows_and_the_others_go_on() -> None:
    run = run_here(suite(denoisers="learner(fails=true),half"), "out")
    assert set(rows(run, "learner(fails=true)")["failure"]) == {"training failed: ValueError: no gradient"}
    assert set(rows(run, "half")["status"]) == {"ok"}


def test_progress_is_told_for_training_and_scoring() -> None:
    told: list[tuple[str, int, int, str]] = []
    benchbox.run(suite(denoisers="learner"), "out", report=lambda *state: told.append(state))
    assert [state[1:3] for state in told if state[0] == "train learner"] == [(20, 20)]
    scored = [state[1:3] for state in told if state[0] == "score"]
    assert scored == [(done, 4) for done in range(5)]


def test_what_a_training_notes_is_a_line_that_names_its_system() -> None:
    told: list[str] = []
    run_here(suite(denoisers="ours=learner(notes=true)"), "out", announce=told.append)
    assert told[-1] == "ours: the data is odd"


def test_a_folder_with_another_suites_run_is_refused_and_untouched() -> None:
    before = shards(run_here(suite(), "out"))
    with pytest.raises(
        BadRun,
        match=r"out holds another suite's run \(it differs in snrs\); .*`benchbox leaderboard out OTHER`",
    ):
        run_here(suite(snrs="5"), "out")
    assert shards(Run(Path("out"))) == before


def test_a_folder_with_something_else_is_refused() -> None:
    Path("full").mkdir()
    Path("full/letter.txt").write_text("dear")
    with pytest.raises(BadRun, match="full exists and is not a run folder"):
        run_here(suite(), "full")


def test_bounds_are_scored_and_not_ranked() -> None:
    run = run_here(suite(bounds=True, snrs="0"), "out")
    means = run.scores.groupby(["system", "measure"])["value"].mean().unstack()
    assert means.loc["clean", "nsr"] == 0
    assert means.loc["clean", "si_sdr"] == 100
    clean, mask, noisy = means.loc[["clean", "oracle_mask", "noisy"], "si_sdr"]
    assert clean > mask > noisy
    assert means.loc["silence", "nsr"] == pytest.approx(1)
    kinds = {row.system: row.kind for row in run.leaderboard().table.rows}
    assert kinds["half"] == "system"
    assert {kinds[name] for name in ("clean", "oracle_mask", "noise_only")} == {"bound"}


def test_costs_are_measured_on_request_and_once() -> None:
    run = run_here(suite(cost=True, snrs="0"), "out")
    cost = run.results.systems["half"].cost
    assert cost is not None
    assert cost.real_time_factor_p50 > 0
    assert cost.algorithmic_delay_ms == 0
    assert run_here(suite(cost=True, snrs="0"), "out").results.systems["half"].cost == cost
