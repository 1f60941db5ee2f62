import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchbox.errors import BadRun, UnknownName
from benchbox.gate.baseline import load_baseline, save_baseline
from benchbox.gate.changes import smallest_effect
from benchbox.gate.compare import compare
from benchbox.gate.verdict import Comparison, Verdict
from benchbox.records import Measure
from benchbox.results.record import ConditionFacts, Results, SystemFacts
from benchbox.results.statistics import Interval

PESQ = Measure("pesq_nb", "MOS-LQO", bounds=(-0.5, 4.5))
STOI = Measure("stoi", bounds=(0.0, 1.0))
SI_SDR = Measure("si_sdr", "dB")
NSR = Measure("nsr", higher_is_better=False, bounds=(0.0, None))
MEASURES = (PESQ, STOI, SI_SDR, NSR)
TYPICAL = {"pesq_nb": (2.3, 0.4), "stoi": (0.85, 0.03), "si_sdr": (12.0, 2.0), "nsr": (0.06, 0.005)}
IDENTITIES = {name: {"library": "reference", "version": "1.0"} for name in TYPICAL}

Drops = Mapping[tuple[str, str], float]


def results(drops: Drops | None = None, *, jitter: float = 0.0, seed: int = 0, clips: int = 20) -> Results:
    """Return the scores of two systems on clips x three conditions; `drops` shifts (system, measure).

    `jitter` moves every score at random, in parts of the spread between clips: the mark of a new training.
    """
    rng, moved = np.random.default_rng(0), np.random.default_rng(seed)
    rows = []
    for condition in range(3):
        for clip in range(clips):
            for system in ("unet", "vqunet"):
                for measure, (mean, spread) in TYPICAL.items():
                    value = mean + spread * rng.normal() + (drops or {}).get((system, measure), 0.0)
                    rows.append(
                        {
                            "system": system,
                            "noise": f"noise{condition}",
                            "snr_db": 5.0,
                            "utterance": f"u{clip}",
                            "recording": f"r{clip}",
                            "speaker": None,
                            "mixture": f"{condition:06x}{clip:06x}",
                            "measure": measure,
                            "value": value + jitter * spread * moved.normal(),
                            "status": "ok",
                            "failure": None,
                        }
                    )
    return Results(pd.DataFrame(rows), MEASURES, identities=IDENTITIES)


def fail(results: Results, system: str, measure: str, count: int) -> Results:
    scores = results.scores.copy()
    where = scores.index[(scores["system"] == system) & (scores["measure"] == measure)][:count]
    scores.loc[where, "value"] = math.nan
    scores.loc[where, "status"] = "unscorable"
    scores.loc[where, "failure"] = "estimate is silent"
    return replace(results, scores=scores)


def found(verdict: Verdict) -> set[tuple[str, str]]:
    return {(each.system, each.measure.name) for each in verdict.regressions}


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


def test_a_certain_drop_below_the_minimum_effect_passes() -> None:
    verdict = compare(results(), results({("vqunet", "pesq_nb"): -0.04}, jitter=0.01))
    (moved,) = (each for each in verdict.comparisons if each.p < 0.05 and each.measure == PESQ)
    assert moved.outcome == "unchanged"
    assert verdict.exit_code == 0


def test_a_large_drop_that_may_be_chance_passes() -> None:
    candidate = results()
    one_clip = (candidate.scores["utterance"] == "u0") & (candidate.scores["measure"] == "pesq_nb")
    candidate.scores.loc[one_clip, "value"] -= 3.0  # 0.15 in the mean, all of it one recording
    verdict = compare(results(), candidate)
    assert min(each.delta.mean for each in verdict.comparisons) == pytest.approx(-0.15, abs=1e-4)
    assert verdict.exit_code == 0


def test_the_minimum_effect_is_the_users_to_choose() -> None:
    candidate = results({("vqunet", "pesq_nb"): -0.04}, jitter=0.01)
    assert compare(results(), candidate, {"pesq_nb": 0.01}).exit_code == 1
    assert compare(results(), candidate, {"pesq_nb": 0.2}).exit_code == 0


def test_default_minimum_effects_go_by_measure_unit_or_ratio() -> None:
    assert smallest_effect(PESQ, 2.0) == 0.05
    assert smallest_effect(STOI, 0.8) == 0.005
    assert smallest_effect(Measure("snr", "dB"), 10.0) == 0.2
    assert smallest_effect(NSR, 0.4) == pytest.approx(0.02)


def test_random_changes_rarely_raise_an_alarm() -> None:
    # Without any minimum effect, so that chance alone decides; 5 % of both directions together is right.
    free = dict.fromkeys(TYPICAL, 0.0)
    verdicts = [compare(results(), results(jitter=0.3, seed=seed), free) for seed in range(60)]
    alarms = sum(bool(verdict.regressions or verdict.improvements) for verdict in verdicts)
    assert alarms <= 8  # of 60: at 5 % each, more come one time in 400


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


def test_systems_and_measures_on_one_side_only_are_named() -> None:
    both = results()
    only_unet = replace(both, scores=both.scores[both.scores["system"] == "unet"])
    no_stoi = replace(
        both, scores=both.scores[both.scores["measure"] != "stoi"], measures=(PESQ, SI_SDR, NSR)
    )
    verdict = compare(both, only_unet)
    assert (verdict.exit_code, verdict.missing) == (1, ("system vqunet",))
    assert compare(only_unet, both).exit_code == 0
    assert "systems not in the baseline: vqunet" in compare(only_unet, both).notes
    assert compare(both, no_stoi).missing == ("measure stoi",)


def test_what_is_missing_passes_where_that_is_meant_and_is_told() -> None:
    both = results()
    only_unet = replace(both, scores=both.scores[both.scores["system"] == "unet"])
    verdict = compare(both, only_unet, allow_missing=True)
    assert (verdict.exit_code, verdict.missing) == (0, ())
    assert "missing in the candidate: system vqunet" in verdict.notes


def test_missing_mixtures_fail_and_are_named_once_for_all_systems() -> None:
    scores = results().scores
    small = scores[scores["utterance"].isin([f"u{clip}" for clip in range(12)])]
    verdict = compare(results(), replace(results(), scores=small))
    assert {each.n for each in verdict.comparisons} == {36}
    expected = "24 of 60 mixtures (8 of noise0 5 dB, 8 of noise1 5 dB, 8 of noise2 5 dB)"
    assert (verdict.exit_code, verdict.missing) == (1, (expected,))
    allowed = compare(results(), replace(results(), scores=small), allow_missing=True)
    assert (allowed.exit_code, allowed.notes) == (0, (f"missing in the candidate: {expected}",))


def test_mixtures_that_one_system_lacks_are_named_with_it() -> None:
    scores = results().scores
    gone = (scores["system"] == "unet") & (scores["noise"] == "noise1")
    verdict = compare(results(), replace(results(), scores=scores[~gone]))
    assert verdict.missing == ("20 of 60 mixtures (20 of noise1 5 dB) with unet",)


def test_a_measure_that_one_system_lacks_is_named_with_it() -> None:
    scores = results().scores
    gone = (scores["system"] == "unet") & (scores["measure"] == "stoi")
    assert compare(results(), replace(results(), scores=scores[~gone])).missing == ("measure stoi of unet",)


def test_an_unfinished_candidate_fails_by_name() -> None:
    facts = {"unet": SystemFacts(), "vqunet": SystemFacts()}
    conditions = tuple(ConditionFacts(f"noise{number}", 5.0, 20) for number in range(4))
    half = replace(results(), finished=False, systems=facts, conditions=conditions)
    verdict = compare(results(), half)
    (gap,) = verdict.missing
    assert gap.startswith("the rest of an unfinished run (120 of 160 estimates are scored")
    assert (verdict.exit_code, compare(results(), half, allow_missing=True).exit_code) == (1, 0)


def test_a_candidate_without_scores_is_refused_with_what_to_do() -> None:
    with pytest.raises(BadRun, match="the candidate has no scores yet; run it again"):
        compare(results(), replace(results(), scores=results().scores.iloc[:0]))


def shifted(results: Results, shifts: Mapping[str, float], system: str = "unet") -> Results:
    """Return the same with each noise's PESQ of a system shifted."""
    scores = results.scores
    there = (scores["system"] == system) & (scores["measure"] == "pesq_nb")
    change = scores["noise"].map(shifts).fillna(0.0).where(there, 0.0)
    return replace(results, scores=scores.assign(value=scores["value"] + change))


def test_changes_that_cancel_in_the_pool_are_found_in_their_conditions() -> None:
    verdict = compare(results(), shifted(results(jitter=0.05), {"noise0": -0.4, "noise1": 0.4}))
    (pool,) = (each for each in verdict.comparisons if (each.system, each.measure) == ("unet", PESQ))
    assert (pool.outcome, pool.condition) == ("unchanged", None)
    assert [(each.system, each.condition) for each in verdict.regressions] == [("unet", "noise0 5 dB")]
    assert [(each.system, each.condition) for each in verdict.improvements] == [("unet", "noise1 5 dB")]
    assert verdict.exit_code == 1


def test_a_condition_that_only_repeats_its_pool_is_not_told_again() -> None:
    verdict = compare(results(), results({("unet", "pesq_nb"): -0.3}))
    assert [each.condition for each in verdict.regressions] == [None]
    assert {each.outcome for each in verdict.conditions if each.moved} == {"regression"}


def test_one_condition_must_change_by_twice_as_much_as_the_pool() -> None:
    verdict = compare(results(), results(jitter=0.05), {"pesq_nb": 0.07})
    (least,) = {each.min_effect for each in verdict.conditions if each.measure == PESQ}
    assert least == pytest.approx(0.14)


def test_a_run_of_one_condition_is_tested_once() -> None:
    one = replace(results(), scores=results().scores[results().scores["noise"] == "noise0"])
    assert compare(one, one).conditions == ()


def by_speakers(results: Results, count: int) -> Results:
    clip = results.scores["utterance"].str[1:].astype(int)
    return replace(results, scores=results.scores.assign(speaker="s" + (clip % count).astype(str)))


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


def test_identical_scores_are_unchanged_however_few() -> None:
    verdict = compare(results(clips=1), results(clips=1))
    assert {each.outcome for each in (*verdict.comparisons, *verdict.conditions)} == {"unchanged"}
    assert replace(verdict, strict=True).exit_code == 0


@pytest.mark.parametrize(
    ("measure", "mean", "low", "high", "significant", "detectable", "expected"),
    [
        (PESQ, -0.06, -0.08, -0.04, True, 0.04, "regression"),
        (NSR, -0.06, -0.08, -0.04, True, 0.04, "improvement"),
        (PESQ, -0.04, -0.06, -0.02, True, 0.04, "unchanged"),
        (PESQ, -0.02, -0.06, 0.02, False, 0.04, "unchanged"),  # a change worth failing for would show
        (PESQ, -0.02, -0.04, 0.09, False, 0.07, "unchanged"),  # it may be better, and not much worse
        (PESQ, -0.02, -0.06, 0.02, False, 0.07, "inconclusive"),
        (NSR, -0.02, -0.09, 0.04, False, 0.07, "unchanged"),
        (NSR, 0.02, -0.02, 0.06, False, 0.07, "inconclusive"),
        (PESQ, -0.02, None, None, False, math.inf, "inconclusive"),
    ],
)
def test_an_outcome_says_what_interval_and_power_allow(
    measure: Measure,
    mean: float,
    low: float | None,
    high: float | None,
    significant: bool,
    detectable: float,
    expected: str,
) -> None:
    delta, p = Interval(mean, low, high), 0.01 if significant else 0.5
    made = Comparison("a", measure, 2.0, 2.0 + mean, delta, p, 0.05, detectable, 20, True, significant)
    assert made.outcome == expected


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


def test_what_did_not_move_costs_the_rest_no_power() -> None:
    verdict = compare(results(clips=7), results({("unet", "pesq_nb"): -0.5}, clips=7))
    assert found(verdict) == {("unet", "pesq_nb")}


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("mixture", "no mixture in common: .* another seed"),
        ("system", "no system in common: the baseline has unet, vqunet, the candidate other-unet"),
        ("measure", "no measure in common"),
    ],
)
def test_nothing_in_common_is_refused_with_the_reason(column: str, message: str) -> None:
    other = results()
    other.scores[column] = "other-" + other.scores[column]
    with pytest.raises(BadRun, match=message) as caught:
        compare(results(), other)
    assert "\n" not in str(caught.value)


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
