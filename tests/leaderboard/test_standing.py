import pandas as pd

from benchbox.leaderboard.standing import standings
from benchbox.records import Measure

MEASURES = (Measure("nsr", higher_is_better=False), Measure("stoi"))


def scores(*rows: tuple[str, str, str, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["system", "mixture", "measure", "value"])
    return frame.assign(status=frame["value"].notna().map({True: "ok", False: "unscorable"}))


def test_means_are_of_the_mixtures_that_all_systems_have_so_far() -> None:
    found = standings(
        scores(
            ("a", "1", "nsr", 0.5), ("a", "2", "nsr", 0.1), ("b", "1", "nsr", 0.4),
            ("a", "1", "stoi", 0.9), ("b", "1", "stoi", 0.8),
        ),
        MEASURES,
    )  # fmt: skip
    assert [(each.system, each.means, each.mixtures, each.scored) for each in found] == [
        ("b", {"nsr": 0.4, "stoi": 0.8}, 1, 1),
        ("a", {"nsr": 0.5, "stoi": 0.9}, 1, 2),
    ]


def test_what_failed_is_counted_and_stands_last() -> None:
    found = standings(
        scores(("a", "1", "nsr", None), ("b", "2", "nsr", 0.4), ("a", "1", "stoi", 0.5)), MEASURES
    )
    assert [(each.system, each.means["nsr"], each.failed) for each in found] == [
        ("b", 0.4, 0),
        ("a", None, 1),
    ]


def test_systems_without_a_mixture_in_common_have_their_own_means() -> None:
    found = standings(scores(("a", "1", "nsr", 0.2), ("b", "2", "nsr", 0.1)), MEASURES)
    assert [(each.system, each.means["nsr"]) for each in found] == [("b", 0.1), ("a", 0.2)]
