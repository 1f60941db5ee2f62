"""Whether a measure is the same one in two places."""

import pytest

from benchbox.results.identity import Identities, differing_identities

PESQ = {"library": "pesq", "version": "0.0.4", "code": "12ab"}


def differing(one: Identities, other: Identities) -> list[str]:
    return differing_identities(["pesq_nb", "nsr"], {"here": one, "there": other})


def test_every_part_that_differs_is_told_with_both_places() -> None:
    assert differing({"pesq_nb": PESQ}, {"pesq_nb": {**PESQ, "version": "1", "mode": "nb"}}) == [
        "pesq_nb is not the same measure in both (version 0.0.4 in here, 1 in there, "
        "mode None in here, nb in there)"
    ]


@pytest.mark.parametrize("other", [PESQ, {"library": "pesq", "version": "0.0.4"}])
def test_equal_ones_are_the_same_and_so_is_one_that_does_not_tell_its_code(other: dict[str, str]) -> None:
    assert differing({"pesq_nb": PESQ}, {"pesq_nb": other}) == []


def test_other_code_is_another_measure_and_only_measures_asked_for_count() -> None:
    other = {"pesq_nb": {**PESQ, "code": "34cd"}, "stoi": {"library": "mine"}}
    (told,) = differing({"pesq_nb": PESQ}, other)
    assert "code 12ab in here, 34cd in there" in told
