"""What failed in runs, counted by reason, with the tracebacks that were kept."""

from dataclasses import replace

from benchbox.report.failures import failures_of
from benchbox.runs.failures import Failures
from benchbox.runs.folder import Run


def test_failures_are_counted_by_system_and_reason_and_tracebacks_are_cut(run: Run) -> None:
    scores = run.scores
    bad = scores["system"] == "half"
    scores = scores.assign(
        status=scores["status"].mask(bad, "error"), failure=scores["failure"].mask(bad, "ValueError: 1")
    )
    scores.loc[scores.index[bad][1], "failure"] = None
    Failures(run.failures_folder).keep("half", {"ValueError: 1": "line\n" * 1000})
    found = failures_of(replace(run.results, scores=scores), [run])
    assert found["reasons"] == [
        ["half", "ValueError: 1", "error", 1, "si_sdr"],
        ["half", "no reason given", "error", 1, "si_sdr"],
    ]
    (lines,) = found["tracebacks"]
    assert lines[:3] == ["half: ValueError: 1", "", "line"]
    assert len(lines) == 200


def test_a_run_without_failures_has_none(run: Run) -> None:
    assert failures_of(run.results, [run]) == {"reasons": [], "tracebacks": []}
