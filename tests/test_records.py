"""The values that cross boundaries."""

import pickle
from typing import Literal

import pytest

from benchbox.records import Evaluation, Score, Spec


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (Spec("wiener"), "wiener"),
        (Spec("a", {"path": "x y", "n": 3, "f": 1e-3}), 'a(path="x y", n=3, f=0.001)'),
        (Spec("a", {"on": True, "none": None, "list": [1, "b"]}), 'a(on=true, none=null, list=[1, "b"])'),
        (Spec("a", {"word": "\u00e9"}), 'a(word="\u00e9")'),
    ],
)
def test_a_spec_is_written_as_its_user_would_write_it(spec: Spec, text: str) -> None:
    assert str(spec) == text
    assert str(pickle.loads(pickle.dumps(spec))) == text


def test_a_specs_alias_is_written_and_decides_nothing() -> None:
    one, ours = Spec("a", {"n": 1}), Spec("a", {"n": 1}, alias="ours")
    assert (ours.written, str(ours)) == ("ours=a(n=1)", "a(n=1)")
    assert one == ours
    assert len({one, ours}) == 1


def score(status: Literal["ok", "unscorable", "error"]) -> Score:
    return Score(
        "a", "white", 5.0, "u", "r", None, "m", "nsr", None, status, "", None, None, None, None, None
    )  # fmt: skip


def test_rows_are_kept_for_good_unless_something_broke() -> None:
    assert Evaluation("key", [score("ok"), score("unscorable")], []).final
    assert not Evaluation("key", [score("ok"), score("error")], []).final
