import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchbox.errors import BadRun, UnknownName
from benchbox.gate.baseline import load_baseline, save_baseline
from benchbox.gate.compare import compare
from tests.gate.scored import (
    IDENTITIES,
    MEASURES,
    NSR,
    PESQ,
    STOI,
    TYPICAL,
    by_speakers,
    fail,
    found,
    results,
)


def test_a_run_against_itself_passes_exactly() -> None:
    verdict = compare(results(), results())
    assert verdict.exit_code == 0
    assert {(each.delta.mean, each.p, each.outcome) for each in verdict.comparisons} == {
        (0.0, 1.0, "unchanged")
    }
    assert len(verdict.comparisons) == 8
    assert (verdict.failures, verdict.notes) == ((), ())


def test_a_run_against_its_own_baseline_file_passes_exactly(tmp_path: Path) -> None:
    save_baseline(results(jitter=0.3), tmp_path / "b.json")
    verdict = compare(load_baseline(tmp_path / "b.json"), results(jitter=0.3))
    assert not any(each.moved for each in verdict.comparisons)
    assert verdict.exit_code == 0


@pytest.mark.parametrize(
    ("system", "measure", "drop"),
    [
        ("vqunet", "pesq_nb", -0.1),
        ("unet", "stoi", -0.01),
        ("vqunet", "si_sdr", -0.4),
        ("unet", "nsr", +0.01),  # lower is better
    ],
)
def test_a_planted_drop_is_found_and_named(system: str, measure: str, drop: float) -> None:
    verdict = compare(results(), results({(system, measure): drop}, jitter=0.05))
    assert found(verdict) == {(system, measure)}
    assert verdict.exit_code == 1
    (regression,) = verdict.regressions
    assert regression.n == 60
    assert regression.delta.mean == pytest.approx(drop, rel=0.1)
    assert regression.after - regression.before == pytest.approx(regression.delta.mean, abs=1e-9)
    assert regression.delta.low is not None
    assert regression.delta.high is not None
    assert regression.delta.low < drop < regression.delta.high
    assert regression.p < 0.05


def test_a_planted_gain_is_an_improvement_and_passes() -> None:
    verdict = compare(results(), results({("vqunet", "nsr"): -0.01, ("unet", "si_sdr"): 0.4}))
    assert {(each.system, each.measure.name) for each in verdict.improvements} == {
        ("vqunet", "nsr"),
        ("unet", "si_sdr"),
    }
    assert verdict.exit_code == 0


def test_scores_that_newly_fail_are_regressions() -> None:
    verdict = compare(fail(results(), "unet", "stoi", 2), fail(results(), "unet", "stoi", 5))
    (failures,) = verdict.failures
    assert (failures.system, failures.measure, failures.count, failures.n) == ("unet", "stoi", 3, 58)
    assert failures.reason == "estimate is silent"
    assert verdict.exit_code == 1


def test_scores_that_no_longer_fail_are_welcome() -> None:
    verdict = compare(fail(results(), "unet", "stoi", 2), results())
    assert verdict.exit_code == 0
    assert {each.n for each in verdict.comparisons if each.measure == STOI} == {58, 60}


def test_a_system_that_newly_fails_everything_is_a_regression() -> None:
    verdict = compare(results(), fail(results(), "unet", "stoi", 60))
    assert [(each.system, each.count) for each in verdict.failures] == [("unet", 60)]
    assert ("unet", "stoi") not in {(each.system, each.measure.name) for each in verdict.comparisons}


def test_what_is_missing_passes_where_that_is_meant_and_is_told() -> None:
    both = results()
    only_unet = replace(both, scores=both.scores[both.scores["system"] == "unet"])
    verdict = compare(both, only_unet, allow_missing=True)
    assert (verdict.exit_code, verdict.missing) == (0, ())
    assert "missing in the candidate: system vqunet" in verdict.notes


def test_fewer_than_five_speakers_are_inconclusive_however_many_their_recordings() -> None:
    worse = by_speakers(results({("unet", "pesq_nb"): -0.5}, jitter=0.3), 4)
    verdict = compare(by_speakers(results(), 4), worse)
    (drop,) = (each for each in verdict.comparisons if (each.system, each.measure) == ("unet", PESQ))
    assert drop.outcome == "inconclusive"
    assert (verdict.exit_code, replace(verdict, strict=True).exit_code) == (0, 1)
    assert "Holds for these 4 speakers only: it takes 5 or more to say something of others." in verdict.notes


def test_few_speakers_still_show_that_nothing_changed_by_much() -> None:
    verdict = compare(by_speakers(results(), 4), by_speakers(results(jitter=0.001), 4))
    assert {each.outcome for each in verdict.comparisons} == {"unchanged"}


def test_what_moves_too_much_to_tell_is_inconclusive_and_never_unchanged() -> None:
    verdict = compare(results(clips=6), results(clips=6, jitter=1.0, seed=3))
    assert {each.outcome for each in verdict.comparisons if (each.worst or 0) > each.min_effect} == {
        "inconclusive"
    }
    assert verdict.exit_code == 0


def test_an_unfinished_baseline_is_told() -> None:
    verdict = compare(replace(results(), finished=False), results())
    assert verdict.notes == ("the baseline is unfinished: it was stopped before its end",)


def test_too_few_recordings_are_told_because_no_drop_could_be_found() -> None:
    worse = {(system, measure): -0.5 for system in ("unet", "vqunet") for measure in TYPICAL}
    verdict = compare(results(clips=4), results(worse, clips=4, jitter=0.01))
    assert verdict.exit_code == 0
    assert any("Holds for these 4 recordings only" in note for note in verdict.notes)
    # Of a lower NSR the interval says that it is not worse, and nothing more is asked.
    outcomes = {each.measure: each.outcome for each in verdict.comparisons}
    assert outcomes == {**dict.fromkeys(MEASURES, "inconclusive"), NSR: "unchanged"}
    assert {each.detectable for each in verdict.comparisons} == {math.inf}


def test_another_implementation_of_a_measure_is_refused_by_name() -> None:
    other = {**IDENTITIES, "stoi": {"library": "reference", "version": "2.0"}}
    candidate = replace(results(), identities=other)
    with pytest.raises(
        BadRun, match=r"stoi .* \(version 1.0 in the baseline, 2.0 in the candidate\); .*--force"
    ):
        compare(results(), candidate)
    verdict = compare(results(), candidate, force=True)
    assert verdict.exit_code == 0
    assert any(note.startswith("forced: stoi") for note in verdict.notes)


def test_other_samples_under_the_same_name_are_refused(tmp_path: Path) -> None:
    white, brown = (
        replace(results(), scores=results().scores.assign(audio=audio))
        for audio in ("-26 0.1 0.2, -27 0.5 0.6", "-26 0.3 0.2, -27 0.5 0.6")
    )
    save_baseline(white, tmp_path / "b.json")
    assert not compare(load_baseline(tmp_path / "b.json"), white).regressions
    with pytest.raises(BadRun, match="60 of 60 mixtures are not the same audio in the baseline and the cand"):
        compare(load_baseline(tmp_path / "b.json"), brown)


def test_a_metric_whose_code_was_edited_is_another_measure() -> None:
    before, after, untold = (
        replace(results(), identities={"stoi": identity})
        for identity in ({"code": "1234"}, {"code": "5678"}, {})
    )
    with pytest.raises(BadRun, match=r"stoi is not the same measure in both .code 1234"):
        compare(before, after)
    assert not compare(untold, after).regressions


def test_a_minimum_effect_for_an_unknown_measure_is_refused() -> None:
    with pytest.raises(UnknownName, match="no measure 'pesq'; did you mean 'pesq_nb'"):
        compare(results(), results(), {"pesq": 0.1})


def test_the_same_seed_gives_the_same_verdict() -> None:
    candidate = results(jitter=0.3, seed=1)
    assert compare(results(), candidate, seed=5) == compare(results(), candidate, seed=5)
