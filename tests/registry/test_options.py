from pathlib import Path

import pytest

from benchbox.errors import BadOption, BadPlugin, UnknownName
from benchbox.interfaces import Denoiser
from benchbox.records import Spec
from benchbox.registry.options import build, expand, options_of
from benchbox.registry.specs import parse_spec, parse_specs
from tests.registry.factories import (
    REGISTRY,
    Gain,
)


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
