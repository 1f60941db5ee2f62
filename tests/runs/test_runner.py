"""Runs for real: a distribution of small plugins, installed as any other, in this process and in workers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchbox
from benchbox.audio import write
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


def test_a_noise_file_that_changed_since_the_last_run_of_this_process_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "noise" / "test" / "n.wav"
    file.parent.mkdir(parents=True)
    changing = suite(denoisers="noisy", noises=f"recorded(path={tmp_path / 'noise'})", snrs="5")
    for number in range(2):
        noise = np.random.default_rng(number).standard_normal(16000).astype(np.float32)
        write(file, 0.1 * noise, 8000)
        run_here(changing, f"{number}", examples=0)
    one, other = (Run(Path(f"{number}")).scores["value"].mean() for number in range(2))
    assert one != other


def test_only_what_is_missing_is_computed() -> None:
    run = run_here(suite(), "out")
    before = shards(run)
    lost = sorted(before)[0]
    (run.path / "scores" / lost).unlink()
    after = shards(run_here(suite(), "out"))
    assert after[lost][1] == before[lost][1]
    del after[lost], before[lost]
    assert after == before


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("raises", "denoiser: RuntimeError: it broke"),
        ("nan", "denoiser: returned NaN or infinite samples; wants finite float32 in [-1, 1]"),
        ("short", "denoiser: returned 15999 samples for 16000; wants as many as it was given"),
        ("nothing", "denoiser: returned NoneType; wants float32 in [-1, 1]"),
        ("text", "denoiser: returned <U1; wants float32 in [-1, 1]"),
        ("integers", "denoiser: returned int16; wants float32 in [-1, 1]"),
        ("stereo", "denoiser: returned 2 dimensions, [2, 16000]; wants one, [16000]: mono"),
    ],
)
def test_a_denoiser_that_breaks_its_contract_is_failed_rows_with_the_reason(how: str, reason: str) -> None:
    run = run_here(suite(denoisers=f"wrong(how={how}),half"), "out")
    wrong = rows(run, f'wrong(how="{how}")')
    assert len(wrong) == 8 * 2 * 2
    assert set(wrong["status"]) == {"error"}
    assert wrong["value"].isna().all()
    assert all(failure.startswith(reason) and "\n" not in failure for failure in wrong["failure"])
    assert set(rows(run, "half")["status"]) == {"ok"}


def test_errors_are_not_cached_and_good_rows_are() -> None:
    before = shards(run_here(suite(denoisers="wrong,half"), "out"))
    Path("mended").touch()
    run = run_here(suite(denoisers="wrong,half"), "out")
    assert set(run.scores["status"]) == {"ok"}
    good = {name: shard for name, shard in before.items() if ".error." not in name}
    after = shards(run)
    assert {name: after[name] for name in good} == good
    assert not [name for name in after if ".error." in name]


def test_a_denoiser_that_works_in_place_spoils_nothing_for_the_others() -> None:
    alone = run_here(suite(denoisers="half"), "alone")
    beside = run_here(suite(denoisers="spoils,half"), "beside")
    assert list(rows(alone, "half")["value"]) == list(rows(beside, "half")["value"])


def test_a_clip_that_cannot_be_scored_is_rows_with_the_reason_and_final() -> None:
    run = run_here(suite(corpus="holey"), "out")
    failed = run.scores[run.scores["status"] != "ok"]
    assert len(run.scores) == 2 * 8 * 2 * 2
    assert set(failed["status"]) == {"unscorable"}
    reasons = failed.groupby("utterance")["failure"].unique()
    assert list(reasons["test-3"]) == ["test-3.wav is truncated"]
    assert "silent" in reasons["test-5"][0]
    before = shards(run)
    assert shards(run_here(suite(corpus="holey"), "out")) == before


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


def test_examples_can_be_listened_to() -> None:
    import soundfile

    run = run_here(suite(denoisers="half,wrong"), "out", examples=2)
    folders = sorted((run.path / "audio").iterdir())
    assert [folder.name.split("_")[0] for folder in folders] == ["01", "02"]
    assert sorted(file.name for file in folders[0].glob("*.wav")) == ["clean.wav", "half.wav", "noisy.wav"]
    noisy, rate = soundfile.read(folders[0] / "noisy.wav", dtype="float32")
    half, _ = soundfile.read(folders[0] / "half.wav", dtype="float32")
    assert rate == 8000
    assert half == pytest.approx(0.5 * noisy)


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


@pytest.mark.parametrize(("content", "says"), [("{", "is damaged"), ('{"schema": 99}', "has schema 99")])
def test_a_damaged_or_foreign_run_folder_is_refused(content: str, says: str) -> None:
    Path("out").mkdir()
    Path("out/manifest.json").write_text(content)
    with pytest.raises(BadRun, match=says):
        Run.open(Path("out"))


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


@pytest.mark.parametrize("samples", [0, 7, 160])
def test_delay_gain_and_polarity_are_told_and_a_delay_is_undone_only_on_request(samples: int) -> None:
    spec = f"late(samples={samples})"
    plain = run_here(suite(denoisers=spec, snrs="10"), "plain")
    aligned = run_here(suite(denoisers=spec, snrs="10", align=True), "aligned")
    for run in (plain, aligned):
        late = rows(run, spec)
        assert set(late["delay_samples"]) == {samples}
        assert set(late["polarity"]) == {-1}
        assert late["gain_db"].to_numpy() == pytest.approx(-20, abs=0.5)
    noisy, mangled, undone = (
        part.loc[part["measure"] == "si_sdr", "value"].mean()
        for part in (rows(plain, "noisy"), rows(plain, spec), rows(aligned, spec))
    )
    # Not equal: what the delay pushed out of the clip's end is lost.
    assert undone == pytest.approx(noisy, abs=1)
    if samples:
        assert mangled < noisy - 3
    assert any("constant delay was undone" in note for note in aligned.leaderboard().table.notes)
    assert not any("delay was undone" in note for note in plain.leaderboard().table.notes)


def test_costs_are_measured_on_request_and_once() -> None:
    run = run_here(suite(cost=True, snrs="0"), "out")
    cost = run.results.systems["half"].cost
    assert cost is not None
    assert cost.real_time_factor_p50 > 0
    assert cost.algorithmic_delay_ms == 0
    assert run_here(suite(cost=True, snrs="0"), "out").results.systems["half"].cost == cost


def test_offsets_and_mixed_rates_of_a_corpus_are_told_under_the_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    (tmp_path / "speech" / "test").mkdir(parents=True)
    for name, rate, offset in (("a", 8000, 0.0), ("b", 16000, 0.0), ("c", 8000, 0.05)):
        samples = 0.1 * rng.standard_normal(2 * rate) + offset
        write(tmp_path / "speech" / "test" / f"{name}.wav", samples.astype(np.float32), rate)
    suite = benchbox.Suite(
        denoisers="half",
        corpus=f"folder(path={tmp_path / 'speech'})",
        noises="white",
        snrs="5",
        metrics="si_sdr",
    )
    run = run_here(suite, tmp_path / "run", examples=0)
    warnings = "\n".join(run.leaderboard().table.warnings)
    assert "OFFSET: speech of 1 of 3 utterances holds a DC offset, up to 1.0 dB" in warnings
    assert "MIXED RATES: 2 mixtures at 8000 Hz, 1 mixtures at 16000 Hz" in warnings
