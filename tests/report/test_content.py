import json

import pytest

from benchbox.errors import BadRun
from benchbox.report import content_of
from benchbox.report.content import shown
from benchbox.runs.folder import Run


def test_every_score_failure_and_setting_is_in_it(finished: Run) -> None:
    content = content_of([finished])
    data = content.data
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert len(data["mixtures"]) == finished.scores["mixture"].nunique()
    ok = finished.scores[finished.scores["status"] == "ok"]
    told = [
        value for lines in data["values"].values() for line in lines for value in line if value is not None
    ]
    assert len(told) == len(ok)
    failed = sum(reason[3] for reason in data["failures"]["reasons"])
    assert failed == len(finished.scores) - len(ok) > 0
    (run,) = data["runs"]
    assert "--denoisers=spectral_sub,wiener,log_mmse" in run["command"]
    assert dict(run["measures"])["si_sdr"]
    assert content.compared == (
        "4 systems on 24 mixtures: 6 clips of 4 speakers in white and pink at 0 and 10 dB SNR."
    )


def test_two_runs_are_one_page_and_other_suites_are_refused(finished: Run, run: Run) -> None:
    with pytest.raises(BadRun, match="no mixture in common"):
        content_of([finished, run])
    with pytest.raises(BadRun, match="given 2 times"):
        content_of([finished, finished])


def test_texts_are_shown_on_one_line_wherever_they_are() -> None:
    assert shown({"a\nb": ["\x1b", 1.5, None, {"c": "\u202e"}]}) == {
        "a b": ["\\x1b", 1.5, None, {"c": "\\u202e"}]
    }
