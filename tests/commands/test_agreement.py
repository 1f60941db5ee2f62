"""`benchbox agreement` as a user meets it, and what other commands tell of listeners."""

from collections.abc import Callable
from typing import Any

from benchbox.listening.choices import Choice, Kind, keep_choice
from benchbox.listening.ratings import Rating, keep
from benchbox.listening.trials import ANCHOR, REFERENCE
from benchbox.runs.folder import Run

Command = Callable[..., Any]
PAIR = ("half", "noisy")


def test_agreement_shows_every_kind_of_answer(run: Run, benchbox: Command) -> None:
    assert "nobody has listened to" in benchbox("agreement", run.path).refusal
    folder = run.path / "listening"
    for listener in ("ann", "bob"):
        keep_choice(folder, Kind.abx, Choice(listener, "m0", PAIR, "half", "half"))
        keep_choice(folder, Kind.preference, Choice(listener, "m1", PAIR, "half"))
    out = benchbox("agreement", run.path).out
    assert "mushra" not in out
    assert "half and noisy   all 2" in out
    assert "100 % [16, 100]" in out
    assert "abx: half and noisy told apart in 100 % [16, 100] of 2 answers of 2 listeners, p = 0.25" in out
    assert "preference: half preferred to noisy in 100 % of 2 answers of 2 listeners" in out
    assert "si_sdr    50 %" in out  # the same for both
    keep(folder, Rating("ann", "m0", {REFERENCE: 100, ANCHOR: 20, "half": 70, "noisy": 30}))
    assert "Pearson" in benchbox("agreement", run.path).out


def test_the_leaderboard_tells_of_choices(run: Run, benchbox: Command) -> None:
    keep_choice(run.path / "listening", Kind.preference, Choice("ann", "m0", PAIR, "half"))
    for command in (("leaderboard", run.path, "--explain"), ("card", run.path, "half")):
        done = benchbox(*command)
        assert done.code == 0, done.err
    assert "half preferred to noisy" in benchbox("leaderboard", run.path, "--format", "markdown").out
