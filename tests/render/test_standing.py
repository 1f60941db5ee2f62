"""Standings while a run goes on."""

from benchbox.leaderboard.standing import Standing
from benchbox.render.standing import render_standings
from tests.render.shapes import NSR, PESQ, shown


def test_the_best_twelve_and_the_commonest_failures_are_shown() -> None:
    standings = [Standing(f"s{place}", {"pesq_nb": 2.0, "nsr": None}, 3, 4, place) for place in range(14)]
    failures = {("s1", f"reason {count}"): count for count in (1, 2, 3, 4)}
    lines = [
        line.strip() for line in shown(render_standings(standings, (PESQ, NSR), failures), 80).splitlines()
    ]
    assert lines[0].split() == ["so", "far", "pesq_nb", "↑", "nsr", "↓", "mixtures", "failed"]
    assert lines[2].split() == ["s0", "2.00", "–", "3", "of", "4", "–"]  # noqa: RUF001
    assert not any(line.startswith("s12") for line in lines)
    assert lines[-4:] == [
        "and 2 more",
        "s1 failed 4 scores: reason 4",
        "s1 failed 3 scores: reason 3",
        "s1 failed 2 scores: reason 2",
    ]
