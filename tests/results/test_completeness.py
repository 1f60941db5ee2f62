from dataclasses import replace

import pandas as pd
import pytest

from benchbox.records import Measure
from benchbox.results.completeness import unfinished
from benchbox.results.record import ConditionFacts, Results, SystemFacts

CONDITIONS = (
    ConditionFacts("white", 0.0, 4),
    ConditionFacts("white", 5.0, 4),
    ConditionFacts("hum", None, 4),
)


def results(**fields: object) -> Results:
    """Return the scores of two systems, by two measures, under three conditions of four clips."""
    rows = [
        (system, each.noise, each.snr_db, f"{each.name}-{clip}", measure)
        for system in ("noisy", "unet")
        for each in CONDITIONS
        for clip in range(each.clips)
        for measure in ("stoi", "nsr")
    ]
    scores = pd.DataFrame(rows, columns=["system", "noise", "snr_db", "mixture", "measure"])
    facts = {"noisy": SystemFacts(), "unet": SystemFacts()}
    whole = Results(scores, (Measure("stoi"), Measure("nsr")), facts, conditions=CONDITIONS)
    return replace(whole, **fields)  # type: ignore[arg-type]


def test_a_finished_run_has_nothing_to_say() -> None:
    assert unfinished(results()) is None


def test_what_is_there_is_counted_by_condition() -> None:
    scores = results().scores
    part = scores[(scores["snr_db"] == 0.0) | ((scores["snr_db"] == 5.0) & (scores["system"] == "noisy"))]
    assert unfinished(results(scores=part, finished=False)) == (
        "12 of 24 estimates are scored: 1 of 3 conditions whole, white 5 dB 4 of 8, hum 0 of 8"
    )


def test_rows_that_vanished_from_a_finished_run_are_missed() -> None:
    part = results().scores.iloc[2:]
    assert unfinished(results(scores=part)) == (
        "23 of 24 estimates are scored: 2 of 3 conditions whole, white 0 dB 7 of 8"
    )


def test_a_run_that_was_stopped_behind_its_last_row_is_not_finished() -> None:
    assert "stopped before its end" in (unfinished(results(finished=False)) or "")


def test_many_conditions_are_counted_rather_than_named() -> None:
    many = tuple(ConditionFacts(f"n{number}", 5.0, 1) for number in range(9))
    text = unfinished(results(conditions=many, scores=results().scores.iloc[:0])) or ""
    assert text.endswith("n4 5 dB 0 of 2, 4 more in part or not at all")


@pytest.mark.parametrize(("finished", "silent"), [(True, True), (False, False)])
def test_where_the_conditions_are_not_known_the_run_is_believed(finished: bool, silent: bool) -> None:
    assert (unfinished(results(conditions=(), finished=finished)) is None) == silent
