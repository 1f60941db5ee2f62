from dataclasses import replace
from pathlib import Path

from benchbox.listening.mushra import MushraTest
from benchbox.listening.trials import ANCHOR, REFERENCE, trials_of
from benchbox.runs.folder import Run


def test_a_listener_meets_again_what_was_made_anew_or_added(finished: Run, tmp_path: Path) -> None:
    first, *others = trials_of(finished)
    jobs = dict(first.jobs)
    assert jobs.keys() == first.signals.keys() - {REFERENCE, ANCHOR}
    test = MushraTest([first, *others], tmp_path, 0)
    test.rate({"listener": "ann", "trial": test.order("ann").index(first.mixture), "scores": [50] * 6})
    assert test.next("ann", training=False)["rated"] == 1
    anew = replace(first, jobs=jobs | {"wiener": "another"})
    added = replace(first, signals=first.signals | {"more": first.reference})
    for trial in (anew, added):
        assert MushraTest([trial, *others], tmp_path, 0).next("ann", training=False)["rated"] == 0
