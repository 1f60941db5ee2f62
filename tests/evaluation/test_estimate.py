from typing import Any

import numpy as np
import pytest

from benchbox.errors import BadPlugin
from benchbox.evaluation.estimate import checked

NOISY = np.linspace(-1, 1, 8, dtype=np.float32)


@pytest.mark.parametrize("made", [NOISY.astype(np.float16), NOISY.astype(np.float64), NOISY.tolist()])
def test_floats_of_any_width_are_taken_as_float32(made: Any) -> None:
    usable = checked(made, NOISY)
    assert usable.dtype == np.float32
    np.testing.assert_allclose(usable, NOISY, atol=1e-3)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ((NOISY * 32767).astype(np.int16), "returned int16; wants float32 in [-1, 1]"),
        (NOISY.astype(np.complex64), "returned complex64; wants float32 in [-1, 1]"),
        (None, "returned NoneType; wants float32 in [-1, 1]"),
        ("a", "returned str; wants float32 in [-1, 1]"),
        (NOISY[None], "returned 2 dimensions, [1, 8]; wants one, [8]: mono"),
        (np.float32(0), "returned 0 dimensions, []; wants one, [8]: mono"),
        (NOISY[1:], "returned 7 samples for 8; wants as many as it was given"),
        ([[0.0], [0.0, 1.0]], "returned a list that is no array: "),
        (NOISY * np.nan, "returned NaN or infinite samples; wants finite float32 in [-1, 1]"),
        (NOISY.astype(np.float64) * 1e300, "returned NaN or infinite samples; wants finite"),
    ],
)
def test_what_cannot_be_scored_is_told_in_one_line(made: Any, says: str) -> None:
    with pytest.raises(BadPlugin) as refused:
        checked(made, NOISY)
    assert str(refused.value).startswith(says)
    assert "\n" not in str(refused.value)
