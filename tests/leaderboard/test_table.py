"""What a row of a table says of its system."""

import pytest

from benchbox.leaderboard.table import Output, Spread, heading, label_of
from tests.render.shapes import GROUPED, MEANS, NOTHING, NSR, PESQ


@pytest.mark.parametrize(
    ("output", "news"),
    [
        (Output(Spread(0.9, 3.0), Spread(1.0, 2.0), 1.0), False),
        (Output(Spread(-1.0, 0.0), Spread(0.0, 0.0), 1.0), True),
        (Output(Spread(0.0, 0.0), Spread(-1.1, 0.0), 1.0), True),
        (Output(Spread(0.0, 0.0), Spread(0.0, 0.0), 0.9), True),
        (NOTHING, False),
    ],
)
def test_news_is_a_sample_a_decibel_or_a_turned_clip(output: Output, news: bool) -> None:
    assert output.is_news == news


def test_rows_are_grouped_and_groups_have_names() -> None:
    assert [[row.system for row in rows] for _, rows in GROUPED.groups()] == [list(MEANS), list(MEANS)]
    assert [label_of(group) for group, _ in GROUPED.groups()] == ["white, -5 dB", "car, own level"]


def test_a_heading_points_towards_the_better_side() -> None:
    assert [heading(measure) for measure in (PESQ, NSR)] == ["pesq_nb ↑", "nsr ↓"]
