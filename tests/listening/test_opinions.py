import numpy as np
import pandas as pd
import pytest

from benchbox.leaderboard import leaderboard
from benchbox.listening.opinions import (
    agreements,
    interval_of,
    notes_on,
    opinions_of,
    opinions_table,
    with_opinions,
)
from benchbox.listening.ratings import Rating, keep
from benchbox.listening.trials import ANCHOR, REFERENCE
from benchbox.render import FORMATS, render
from benchbox.runs.folder import Run


def grid(values: object) -> pd.DataFrame:
    return pd.DataFrame(np.asarray(values, dtype=float))


def test_an_interval_is_wider_where_listeners_or_mixtures_differ() -> None:
    rng = np.random.default_rng(0)
    alone = rng.normal(0, 1, (8, 6))
    plain, clips, people = (
        interval_of(grid(50 + alone + extra))
        for extra in (0, 10 * rng.normal(0, 1, (8, 1)), 10 * rng.normal(0, 1, (1, 6)))
    )

    def width(interval: object) -> float:
        assert interval is not None
        return interval.high - interval.low  # type: ignore[attr-defined]

    assert width(clips) > 4 * width(plain)
    assert width(people) > 4 * width(plain)


def test_intervals_cover_the_true_mean_where_both_vary() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(300):
        scores = 60 + 8 * rng.normal(size=(8, 1)) + 8 * rng.normal(size=(1, 8)) + 5 * rng.normal(size=(8, 8))
        interval = interval_of(grid(scores))
        assert interval
        assert interval.low is not None
        assert interval.high is not None
        covered += interval.low <= 60 <= interval.high
    assert 0.92 <= covered / 300 <= 0.995


def test_one_listener_or_one_mixture_has_no_interval() -> None:
    assert interval_of(grid([[50], [60]])) is not None
    for few in ([[50], [60]], [[50, 60]]):
        interval = interval_of(grid(few))
        assert interval
        assert (interval.mean, interval.low) == (55, None)
    assert interval_of(grid([[np.nan]])) is None


@pytest.fixture
def rated(run: Run) -> Run:
    """Return the run of two systems after three people listened, one of whom heard nothing."""
    for number, listener in enumerate(("ann", "bob", "deaf")):
        for clip in range(2):
            reference = 10 if listener == "deaf" else 100
            scores = {REFERENCE: reference, ANCHOR: 20, "noisy": 30 + clip, "half": 60 + number + 2 * clip}
            keep(run.path / "listening", Rating(listener, f"m{clip}", scores))
    return run


def test_the_leaderboard_shows_the_listeners_beside_the_measures_in_every_format(rated: Run) -> None:
    table = with_opinions(leaderboard(rated.results), opinions_of(rated))
    cells = {row.system: row.cells["mushra"] for row in table.rows}
    assert cells["half"].mean
    assert cells["half"].mean.mean == pytest.approx((60 + 62 + 61 + 63) / 4)
    assert cells["half"].delta
    assert cells["half"].delta.mean == pytest.approx(61.5 - 30.5)
    assert any("deaf is left out: rated the hidden reference below 90" in note for note in table.notes)
    for form in FORMATS:
        text = render(table, form)
        assert "mushra" in text
        assert "61.5" in text or "61.50" in text


def test_ratings_follow_the_version_that_was_heard(run: Run) -> None:
    for mixture, half in (("m0", {"half": "half-key"}), ("m1", {"half": "of-before"})):
        scores = {REFERENCE: 100, ANCHOR: 20, "half": 60 if mixture == "m0" else 10}
        keep(run.path / "listening", Rating("ann", mixture, scores, half))
    # What is called noisy now was called so, too, when it was something else.
    keep(run.path / "listening", Rating("bob", "m0", {REFERENCE: 100, "noisy": 70}, {"noisy": "half-key"}))
    opinions = opinions_of(run)
    assert opinions
    assert opinions.outdated == 1
    table = with_opinions(leaderboard(run.results), opinions)
    cells = {row.system: row.cells["mushra"].mean for row in table.rows}
    assert cells["half"]
    assert cells["half"].mean == 65
    assert cells["noisy"] is None
    assert "1 ratings are left out: they are of other versions of the sounds." in table.notes


def test_a_mean_over_fewer_mixtures_than_the_others_is_told(rated: Run) -> None:
    assert not any("was rated on" in note for note in notes_on(opinions_of(rated)))  # type: ignore[arg-type]
    keep(rated.path / "listening", Rating("ann", "m2", {REFERENCE: 100, ANCHOR: 20, "noisy": 30}))
    opinions = opinions_of(rated)
    assert opinions
    (note,) = (note for note in notes_on(opinions) if "was rated on" in note)
    assert note.startswith("mushra: half was rated on 2 of 3 mixtures")


def test_a_run_that_nobody_listened_to_and_groups_stay_what_they_are(run: Run) -> None:
    table = leaderboard(run.results)
    assert opinions_of(run) is None
    assert with_opinions(table, None) is table


def test_agreement_is_one_for_a_measure_that_ranks_as_listeners_do(rated: Run) -> None:
    opinions = opinions_of(rated)
    assert opinions
    names = [name for name, _ in opinions_table(opinions)]
    assert names == [REFERENCE, "half", "noisy", ANCHOR]
    (found,) = agreements(rated, opinions)
    # By construction the measure is 1 on the first clip and 2 on the second, whatever the system.
    pairs = np.array([[30, 1], [31, 2], [60.5, 1], [62.5, 2]])
    assert found.estimates == 4
    assert (found.pearson.low, found.spearman.low) == (None, None)  # two mixtures say nothing of spread
    assert found.pearson.mean == pytest.approx(np.corrcoef(pairs.T)[0, 1])
    assert found.spearman.mean == pytest.approx(np.corrcoef([1, 2, 3, 4], [1.5, 3.5, 1.5, 3.5])[0, 1])
