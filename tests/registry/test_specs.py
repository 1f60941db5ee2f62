"""The text of specs, read and written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbox.errors import BadOption
from benchbox.records import Spec
from benchbox.registry.specs import parse_spec, parse_specs

words = st.from_regex(r"[A-Za-z_]\w{0,9}", fullmatch=True)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)


specs = st.builds(Spec, words, st.dictionaries(words, scalars | st.lists(scalars, max_size=3), max_size=4))


@given(st.lists(specs, max_size=3))
def test_spec_strings_round_trip(written: list[Spec]) -> None:
    assert parse_specs(",".join(map(str, written))) == written


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("a", {}),
        ("a()", {}),
        ("a(path=../shared/audio/noise)", {"path": "../shared/audio/noise"}),
        ("a(source=PolyAI/minds14, config=en-US)", {"source": "PolyAI/minds14", "config": "en-US"}),
        ("a(x=-1, y=1e-3, z=.5)", {"x": -1, "y": 0.001, "z": 0.5}),
        ("a(x=True, y=none, z='it, is')", {"x": True, "y": None, "z": "it, is"}),
        ("a(x=[1, 2.5, two])", {"x": [1, 2.5, "two"]}),
    ],
)
def test_values_are_read_as_people_write_them(text: str, options: dict[str, Any]) -> None:
    assert parse_spec(text) == Spec("a", options)


@pytest.mark.parametrize(
    "text", ["", "a(", "a(b", "a(b=", "a(b=1", "a(b='x)", 'a(b="x)', "a b", "a,b", "a(b=1,b=2)"]
)
def test_a_malformed_spec_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadOption) as caught:
        parse_spec(text)
    assert repr(text) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "A/speech",
            "'A/speech' is a path, not a name; write folder(path=A/speech) for speech, recorded(path=",
        ),
        ("white,../my noise/x", 'write folder(path="../my noise/x") for speech'),
        ("~/speech", "'~/speech' is a path"),
        ("hum.wav,white", "'hum.wav' is a path"),
        ("a(b=1", "')' is missing at the end: it closes options"),
        ("a(", "')' is missing at the end"),
        ("a(b=[1,2)", "wants ',' or ']' at ')'"),
        ("a(b=[1,2", "']' is missing at the end: it closes a list"),
        ("a(b=1 c=2)", "wants ',' or ')' at 'c=2)'"),
        ("a b", "wants ',' at 'b'"),
        ("a(b=1", "'a(b=1': "),
        ("folder(A/speech)", "wants '=' at '/speech)'"),
    ],
)
def test_what_is_wrong_with_a_spec_is_told(text: str, says: str) -> None:
    with pytest.raises(BadOption) as caught:
        parse_specs(text)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a(x=" + "9" * 5000 + ")", "9 is too large"),
        ("a(x=1e999)", "the number 1e999 is too large"),
        ("a(x=" + "[" * 2000 + ")", "lists stand within lists, at most 8 deep"),
        ("a(path=caf\udce9)", "a name in it is no UTF-8"),
        ('a(path="\\ud800")', "a name in it is no UTF-8"),
    ],
)
def test_what_no_plugin_could_use_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadOption, match=says):
        parse_specs(text)
