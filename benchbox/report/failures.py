"""What failed in runs, and why: counted by reason, with the tracebacks that were kept."""

from collections.abc import Sequence
from typing import Any

from benchbox.results.record import Results
from benchbox.runs.failures import read_failures
from benchbox.runs.folder import Run

_MOST = 200
"""Lines of a traceback; one of endless recursion has thousands."""

Json = dict[str, Any]


def failures_of(results: Results, runs: Sequence[Run]) -> Json:
    """Return how often each system failed for which reason, and the tracebacks, line by line."""
    failed = results.scores[results.scores["status"] != "ok"]
    failed = failed.assign(failure=failed["failure"].fillna("no reason given"))
    return {
        "reasons": [
            [*map(str, reason), len(rows), ", ".join(dict.fromkeys(rows["measure"]))]
            for reason, rows in failed.groupby(["system", "failure", "status"], sort=False)
        ],
        "tracebacks": [
            text.rstrip().splitlines()[:_MOST] for run in runs for text in read_failures(run.failures_folder)
        ],
    }
