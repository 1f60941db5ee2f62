"""Which changes count: beyond chance, worth failing for, in the pool or in a single condition."""

from dataclasses import replace

import pytest

from benchbox.gate.changes import smallest_effect
from benchbox.gate.compare import compare
from benchbox.records import Measure
from tests.gate.scored import (
    NSR,
    PESQ,
    STOI,
    TYPICAL,
    found,
    results,
    shifted,
)


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


def test_changes_that_cancel_in_the_pool_are_found_in_their_conditions() -> None:
    verdict = compare(results(), shifted(results(jitter=0.05), {"noise0": -0.4, "noise1": 0.4}))
    (pool,) = (each for each in verdict.comparisons if (each.system, each.measure) == ("unet", PESQ))
    assert (pool.outcome, pool.condition) == ("unchanged", None)
    assert [(each.system, each.condition) for each in verdict.regressions] == [("unet", "noise0 5 dB")]
    assert [(each.system, each.condition) for each in verdict.improvements] == [("unet", "noise1 5 dB")]
    assert verdict.exit_code == 1


def test_one_condition_must_change_by_twice_as_much_as_the_pool() -> None:
    verdict = compare(results(), results(jitter=0.05), {"pesq_nb": 0.07})
    (least,) = {each.min_effect for each in verdict.conditions if each.measure == PESQ}
    assert least == pytest.approx(0.14)


def test_a_run_of_one_condition_is_tested_once() -> None:
    one = replace(results(), scores=results().scores[results().scores["noise"] == "noise0"])
    assert compare(one, one).conditions == ()


def test_what_did_not_move_costs_the_rest_no_power() -> None:
    verdict = compare(results(clips=7), results({("unet", "pesq_nb"): -0.5}, clips=7))
    assert found(verdict) == {("unet", "pesq_nb")}
