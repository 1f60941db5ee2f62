"""What the candidate lacks is named; what has nothing in common is refused."""

from dataclasses import replace

import pytest

from benchbox.errors import BadRun
from benchbox.gate.compare import compare
from benchbox.results.record import ConditionFacts, SystemFacts
from tests.gate.scored import (
    NSR,
    PESQ,
    SI_SDR,
    results,
)


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
