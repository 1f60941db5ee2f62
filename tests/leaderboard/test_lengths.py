"""What is said of finished estimates that are shorter or longer than their clip."""

import pandas as pd

from benchbox.leaderboard.lengths import on_lengths


def rows(system: str, *surplus: float | None, measures: tuple[str, ...] = ("nsr",)) -> pd.DataFrame:
    return pd.DataFrame(
        {"system": system, "mixture": f"m{clip}", "measure": measure, "surplus_samples": samples}
        for clip, samples in enumerate(surplus)
        for measure in measures
    )


def test_estimates_that_were_padded_or_cut_are_counted_once_for_all_measures() -> None:
    scores = pd.concat(
        [
            rows("ours", -3, -160, 7, 0, measures=("nsr", "stoi")),
            rows("exact", 0, 0, 0, 0),
            rows("wiener", None, None, None, None),
        ]
    )
    assert list(on_lengths(scores)) == [
        "ours: of its finished estimates, 2 of 4 were up to 160 samples shorter and padded with zeros at "
        "their end, 1 of 4 were up to 7 samples longer and cut."
    ]


def test_scores_of_an_earlier_version_say_nothing_of_lengths() -> None:
    assert list(on_lengths(rows("ours", -3).drop(columns="surplus_samples"))) == []
