"""Plugins named by where their code lies: files, modules, functions, classes, and what is wrong with them."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchbox.errors import BadOption, BadPlugin, BenchboxError
from benchbox.interfaces import Denoiser, Noise
from benchbox.registry.discovery import discover
from benchbox.registry.options import build, expand, options_of
from benchbox.registry.references import kinds_at, plugin_at
from benchbox.registry.specs import parse_spec, parse_specs
from tests.registry.mine import MINE, estimate, made


@pytest.mark.parametrize(
    ("text", "sample"),
    [
        ("mine.py:denoise", 0.5),
        ("mine.py:denoise(strength=0.25)", 0.25),
        ("./mine.py:Gate", 1.0),
        ("mine.py:Gate(threshold=3)", 0.0),
        ("mine.py:Called", 2.0),
        ("mine.py:Called(gain=4)", 4.0),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_function_or_class_of_a_file_is_a_denoiser(text: str, sample: float) -> None:
    assert estimate(text)[0] == sample


@pytest.mark.usefixtures("folder")
def test_a_function_says_which_rates_it_takes() -> None:
    assert made("mine.py:narrow").sample_rates == (16000,)
    assert made("mine.py:denoise").sample_rates == ()


@pytest.mark.usefixtures("folder")
def test_what_a_function_takes_besides_the_audio_are_its_options() -> None:
    (option,) = options_of(plugin_at("denoisers", "mine.py:denoise").factory)
    assert (option.name, option.type, option.default) == ("strength", "float > 0", "0.5")
    with pytest.raises(BadOption, match="greater than 0"):
        made("mine.py:denoise(strength=-1)")
    with pytest.raises(BadOption, match="did you mean 'strength'"):
        made("mine.py:denoise(strenth=1)")


def test_a_module_is_named_as_it_is_imported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = folder / "elsewhere" / "a_package"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "nets.py").write_text("def half(noisy, sample_rate):\n    return noisy / 2\n")
    monkeypatch.syspath_prepend(folder / "elsewhere")
    assert estimate("a_package.nets:half")[0] == 0.5


@pytest.mark.usefixtures("folder")
def test_a_path_is_one_plugin_however_it_is_written() -> None:
    texts = f"mine.py:Gate,./mine.py:Gate,{Path('mine.py').resolve()}:Gate(threshold=[1,2])"
    found = expand(Denoiser, parse_specs(texts), discover())
    assert [str(spec) for spec in found] == [
        "mine.py:Gate",
        "mine.py:Gate(threshold=1)",
        "mine.py:Gate(threshold=2)",
    ]
    assert parse_spec(str(found[1])) == found[1]


@pytest.mark.usefixtures("folder")
def test_a_class_of_another_kind_is_a_plugin_of_that_kind() -> None:
    assert isinstance(build(Noise, parse_spec("mine.py:Hiss"), discover()), Noise)
    assert kinds_at("mine.py:Hiss") == ["noises"]
    assert kinds_at("mine.py:denoise") == ["denoisers"]


def test_the_identity_is_what_the_file_and_those_beside_it_do(folder: Path) -> None:
    def identity() -> str:
        program = (
            "from benchbox.registry.references import plugin_at;"
            "print(plugin_at('denoisers', 'mine.py:denoise').identity)"
        )
        command = [sys.executable, "-c", program]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout

    first = identity()
    (folder / "mine.py").write_text(MINE + "\n# a comment\n")
    (folder / "stranger.py").write_text("nobody = 'imports this'\n")
    assert identity() == first
    (folder / "beside.py").write_text("def scale(samples, factor):\n    return samples\n")
    second = identity()
    (folder / "mine.py").write_text(MINE.replace("= 0.5", "= 0.7"))
    assert len({first, second, identity()}) == 3


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("mine.py:Hiss", BadPlugin, "mine.py:Hiss is a noise, not a denoiser"),
        ("mine.py:denois", BadOption, "did you mean 'denoise'?"),
        ("mine.py:Unfinished", BadPlugin, "lacks denoise"),
        ("mine.py:alone", BadPlugin, "wants (noisy, sample_rate, ...) -> estimate"),
        ("mine.py:NUMBER", BadPlugin, "is a int; a denoiser is a class of"),
        ("yours.py:denoise", BadOption, "yours.py does not exist"),
        ("mine:denoise", BadOption, "named with its suffix: mine.py:name"),
        ("no_such_module:denoise", BadOption, "no module 'no_such_module'"),
        ("torn.py:denoise", BadPlugin, "torn.py cannot be imported (line 2): ZeroDivisionError"),
        ("mine.py", BadOption, "name what to use of it: mine.py:denoise"),
    ],
)
def test_what_is_wrong_with_a_reference_is_said_in_one_line(
    folder: Path, text: str, kind: type[BenchboxError], says: str
) -> None:
    (folder / "torn.py").write_text("a = 1\na / 0\n")
    with pytest.raises(kind) as refused:
        made(text)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
