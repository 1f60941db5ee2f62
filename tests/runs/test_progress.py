"""How long a run goes on is told once it is known, and what it is going to do before."""

import pytest

from benchbox.plan.jobs import make_plan
from benchbox.plan.suite import Suite
from benchbox.records import Progress
from benchbox.registry.discovery import Registry
from benchbox.runs import progress
from benchbox.runs.progress import TimeLeft, summary, told


def test_nothing_is_promised_before_a_job_of_each_system_was_timed() -> None:
    left = TimeLeft({"quick": 5, "slow": 5}, [], workers=1)
    assert left.seconds() is None
    left.scored("quick", 1.0)
    assert left.seconds() is None
    left.scored("slow", 100.0)
    assert left.seconds() == pytest.approx(4 * 1 + 4 * 100)


def test_the_first_job_of_a_system_pays_for_loading_it() -> None:
    left = TimeLeft({"a": 4}, [], workers=1)
    left.scored("a", 50.0)
    left.scored("a", 2.0)
    assert left.seconds() == pytest.approx(2 * 2)


def test_workers_share_the_work() -> None:
    left = TimeLeft({"a": 9}, [], workers=4)
    left.scored("a", 1.0)
    assert left.seconds() == pytest.approx(8 / 4)


def test_a_training_is_waited_for_however_many_workers_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 10.0])
    monkeypatch.setattr(progress, "monotonic", lambda: next(clock))
    left = TimeLeft({"filter": 3, "net": 2}, ["net"], workers=2)
    left.scored("filter", 1.0)
    left.trained("net", Progress(0, 100))
    assert left.seconds() is None
    left.trained("net", Progress(20, 100))
    assert left.seconds() == pytest.approx(40)  # 80 steps at half a second; the scores fit in beside it
    left.ended("net")
    assert left.seconds() == pytest.approx((2 * 1 + 2 * 1) / 2)  # net is taken to be as quick as the others


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (12.4, "about 12 s left"),
        (200, "about 3 min left"),
        (9000, "about 2.5 h left"),
    ],
)
def test_time_is_told_in_the_unit_that_suits_it(seconds: float | None, text: str) -> None:
    assert told(seconds) == text


def test_one_line_says_what_a_run_is_going_to_do(registry: Registry) -> None:
    suite = Suite(
        denoisers="wiener,log_mmse", corpus="fake(recordings=6)", noises="white", snrs="0,5", metrics="nsr"
    )
    plan = make_plan(suite, registry)
    assert summary(plan.systems, plan.jobs, len(plan.jobs), 1, 2) == (
        "3 systems (1 to train) x 2 conditions x 6 clips = 36 estimates; 2 workers"
    )
    assert summary(plan.systems, plan.jobs, len(plan.jobs) // 2, 0, 1).endswith(
        "36 estimates, 50% of it done before; 1 worker"
    )
