import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from benchbox.errors import BadOption, BadPlugin, UnknownName
from benchbox.interfaces import Denoiser
from benchbox.records import Samples, Spec
from benchbox.registry.discovery import Plugin, Registry
from benchbox.registry.options import build, expand, options_of
from benchbox.registry.specs import parse_spec, parse_specs


class Gain(Denoiser):
    """Turn the volume."""

    def __init__(
        self,
        factor: Annotated[float, Field(gt=0, description="linear gain")] = 1.0,
        mode: Literal["soft", "hard"] = "soft",
        bands: Sequence[int] = (1, 2),
    ) -> None:
        self.factor, self.mode, self.bands = factor, mode, bands

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return noisy * self.factor


def needy(path: str) -> Gain:
    return Gain()


def liar() -> str:
    return "not a denoiser"


class Half(Denoiser):
    pass


def half() -> Denoiser:
    return Half()  # type: ignore[abstract]


def unequipped() -> Denoiser:
    import a_module_that_is_not_there  # type: ignore[import-not-found]

    return a_module_that_is_not_there.denoiser()


def torn() -> Denoiser:
    raise OSError("no weights\nanywhere")


def leaving() -> Denoiser:
    sys.exit(0)


def picky() -> Denoiser:
    raise BadOption("picky wants a Tuesday")


def filed(path: Path) -> Gain:
    """Takes a path."""
    return Gain()


FACTORIES: dict[str, Callable[..., Any]] = {
    "gain": Gain,
    "needy": needy,
    "liar": liar,
    "half": half,
    "unequipped": unequipped,
    "torn": torn,
    "leaving": leaving,
    "picky": picky,
    "filed": filed,
}
REGISTRY = Registry(
    {
        "denoisers": {
            name: Plugin("denoisers", name, factory, "test", "1") for name, factory in FACTORIES.items()
        },
        "noises": {},
        "metrics": {},
        "corpora": {},
    }
)

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


def test_a_grid_of_millions_and_a_home_that_nobody_has_are_refused() -> None:
    numbers = str(list(range(2000)))
    with pytest.raises(BadOption, match="stands for 2000, at most 1000: shorten its lists"):
        expand(Denoiser, parse_specs(f"gain(factor={numbers})"), REGISTRY)
    with pytest.raises(BadOption, match="there is no such home folder"):
        expand(Denoiser, parse_specs("filed(path=~nobody-of-that-name/noise)"), REGISTRY)


def test_a_grid_spreads_into_its_product_and_repetitions_are_kept_once() -> None:
    grid = parse_specs("gain(factor=[1,2],mode=[soft,hard]),gain(factor=2,mode=hard)")
    assert [str(spec) for spec in expand(Denoiser, grid, REGISTRY)] == [
        'gain(factor=1, mode="soft")',
        'gain(factor=1, mode="hard")',
        'gain(factor=2, mode="soft")',
        'gain(factor=2, mode="hard")',
    ]


@pytest.mark.parametrize(
    "text",
    [
        "gain,gain(factor=1)",
        "gain(factor=2),gain(factor=2.0)",
        "gain(factor=2,mode=hard),gain(mode=hard,factor=2)",
    ],
)
def test_the_same_in_other_words_is_refused(text: str) -> None:
    with pytest.raises(BadOption, match=r"are the same: name one of them$"):
        expand(Denoiser, parse_specs(text), REGISTRY)


def test_a_value_that_a_grid_repeats_is_kept_once() -> None:
    assert len(expand(Denoiser, parse_specs("gain(factor=[1,1.0,1])"), REGISTRY)) == 1


def test_one_path_is_one_spec_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written = [
        Spec("filed", {"path": path}) for path in ("sub/noise", f"{tmp_path}/sub/noise", "./sub//noise")
    ]
    assert expand(Denoiser, written, REGISTRY) == [Spec("filed", {"path": "sub/noise"})]


def test_a_list_for_an_option_that_takes_lists_is_no_grid() -> None:
    assert len(expand(Denoiser, parse_specs("gain(bands=[3,4])"), REGISTRY)) == 1
    built = build(Denoiser, parse_spec("gain(bands=[3,4])"), REGISTRY)
    assert vars(built)["bands"] == [3, 4]


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        (
            "gian",
            UnknownName,
            "did you mean 'gain'? valid: filed, gain, half, leaving, liar, needy, picky, torn, unequipped",
        ),
        ("gain(facter=2)", BadOption, "did you mean 'factor'? valid: bands, factor, mode"),
        ("gain(factor=-1)", BadOption, "gain(factor=-1): input should be greater than 0"),
        ("gain(factor=loud)", BadOption, "gain(factor='loud'): input should be a valid number"),
        ("gain(mode=medium)", BadOption, "'soft' or 'hard'"),
        ("needy", BadOption, "needy(path=...)"),
    ],
)
def test_a_wrong_name_type_or_range_says_what_would_be_right(
    text: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error) as caught:
        expand(Denoiser, parse_specs(text), REGISTRY)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_options_tell_their_type_default_range_and_meaning() -> None:
    factor, mode, bands = options_of(Gain)
    assert (factor.name, factor.default, factor.description) == ("factor", "1.0", "linear gain")
    assert factor.type == "float > 0"
    assert mode.type == "'soft' | 'hard'"
    assert bands.type == "Sequence[int]"


def test_a_factory_that_builds_something_else_is_named() -> None:
    with pytest.raises(BadPlugin, match=r"denoiser 'liar' of test builds a str, not a Denoiser"):
        build(Denoiser, Spec("liar"), REGISTRY)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("half", "TypeError: Can't instantiate abstract class Half with abstract method"),
        (
            "unequipped",
            "it needs the module 'a_module_that_is_not_there', which is not installed: "
            "pip install a_module_that_is_not_there",
        ),
        ("torn", "OSError: no weights"),
        ("leaving", "SystemExit: 0"),
    ],
)
def test_a_factory_that_fails_is_told_in_one_line(name: str, says: str) -> None:
    with pytest.raises(BadPlugin) as caught:
        build(Denoiser, Spec(name), REGISTRY)
    assert str(caught.value).startswith(f"denoiser '{name}' of test cannot be built: {says}")
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is not None


def test_what_a_factory_refuses_is_told_in_its_own_words() -> None:
    with pytest.raises(BadOption, match=r"^picky wants a Tuesday$"):
        build(Denoiser, Spec("picky"), REGISTRY)
