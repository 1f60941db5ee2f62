"""How numbers look."""

import pytest

from benchbox.render import numbers


@pytest.mark.parametrize(
    ("value", "expected"), [(None, numbers.DASH), (-0.04, "0.0"), (-0.06, "-0.1"), (12.345, "12.3")]
)
def test_fixed_numbers_never_read_minus_zero(value: float | None, expected: str) -> None:
    assert numbers.fixed(value, 1) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [(None, numbers.DASH), (0, "0"), (999, "999"), (1500, "1.5 k"), (2_034_000, "2.03 M"), (999_999, "1 M")],
)
def test_parameters_are_counted_in_thousands_and_millions(count: int | None, expected: str) -> None:
    assert numbers.parameters(count) == expected


@pytest.mark.parametrize(
    ("factor", "expected"),
    [(None, numbers.DASH), (0.00001, "<0.001"), (0.0213, "0.021"), (1.0, "1.0"), (31.4, "31")],
)
def test_real_time_factors_have_two_digits(factor: float | None, expected: str) -> None:
    assert numbers.real_time_factor(factor) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(None, numbers.DASH), (812, "812"), (14.5e6, "14.5 M"), (2.72e12, "2720 G")]
)
def test_macs_are_counted_up_to_thousands_of_millions(value: float | None, expected: str) -> None:
    assert numbers.macs(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(None, numbers.DASH), (14.2, "14 s"), (480.0, "8 min"), (36000.0, "10.0 h")]
)
def test_a_duration_has_the_unit_that_suits_it(value: float | None, expected: str) -> None:
    assert numbers.duration(value) == expected
