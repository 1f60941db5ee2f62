"""Plugins named by where their code lies: files, modules, functions, classes, and what is wrong with them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchbox.errors import BadOption, BadPlugin, BenchboxError
from benchbox.interfaces import Denoiser, Noise
from benchbox.records import Samples
from benchbox.registry.discovery import discover
from benchbox.registry.options import build, expand, options_of
from benchbox.registry.references import kinds_at, plugin_at
from benchbox.registry.specs import parse_spec, parse_specs

MINE = """
from typing import Annotated
import numpy as np
from pydantic import Field
from beside import scale
from benchbox.interfaces import Denoiser, NoiseModel

def denoise(noisy, sample_rate, strength: Annotated[float, Field(gt=0, description="how much")] = 0.5):
    '''Turn it down.'''
    return scale(noisy, strength)

def narrow(noisy, sample_rate):
    return noisy

narrow.sample_rates = (16000,)

class Gate(Denoiser):
    def __init__(self, threshold: float = 0.1) -> None:
        self.threshold = threshold
    def denoise(self, noisy, sample_rate):
        return np.where(np.abs(noisy) < self.threshold, 0, noisy)

class Called:
    def __init__(self, gain: float = 2.0) -> None:
        self.gain = gain
    def __call__(self, noisy, sample_rate):
        return self.gain * noisy

class Hiss(NoiseModel):
    def sample(self, length, sample_rate, rng):
        return rng.standard_normal(length).astype(np.float32)

class Unfinished(Denoiser):
    pass

def alone(noisy):
    return noisy

NUMBER = 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "beside", raising=False)
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "beside.py").write_text("def scale(samples, factor):\n    return factor * samples\n")
    return tmp_path


def made(text: str) -> Denoiser:
    return build(Denoiser, parse_spec(text), discover())


def estimate(text: str) -> Samples:
    return made(text).denoise(np.ones(4, np.float32), 8000)


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


def test_an_edited_file_is_read_again(folder: Path) -> None:
    assert estimate("mine.py:denoise")[0] == 0.5
    (folder / "mine.py").write_text(MINE.replace("= 0.5", "= 0.75"))
    assert estimate("mine.py:denoise")[0] == 0.75


def test_an_edited_file_beside_it_is_read_again_and_changes_the_identity(folder: Path) -> None:
    found = plugin_at("denoisers", "mine.py:denoise")
    assert plugin_at("denoisers", "mine.py:denoise") == found
    first = found.identity
    (folder / "beside.py").write_text("def scale(samples, factor):\n    return samples * 4\n")
    assert estimate("mine.py:denoise")[0] == 4
    assert plugin_at("denoisers", "mine.py:denoise").identity != first


def test_a_module_that_hides_the_one_beside_the_file_is_named(folder: Path) -> None:
    estimate("mine.py:denoise")
    other = folder / "other"
    other.mkdir()
    (other / "mine.py").write_text(MINE)
    (other / "beside.py").write_text("def scale(samples, factor):\n    return samples\n")
    with pytest.raises(BadPlugin, match=r"imports beside, and got .* not the one beside"):
        made("other/mine.py:denoise")


@pytest.mark.parametrize(
    ("mine", "name", "beside"),
    [
        ("def denoise(noisy, sample_rate):\n    from within import v\n", "within", "within.py"),
        ("from near import v\ndef denoise(noisy, sample_rate):\n    pass\n", "deeper", "deeper.py"),
        ("from bare.part import v\ndef denoise(noisy, sample_rate):\n    pass\n", "bare", "bare/part.py"),
    ],
    ids=["within a function", "by a module beside it", "from a folder without __init__.py"],
)
def test_a_hidden_module_is_named_wherever_it_is_imported(
    folder: Path, monkeypatch: pytest.MonkeyPatch, mine: str, name: str, beside: str
) -> None:
    for place in ("one", "two"):
        (folder / place / beside).parent.mkdir(parents=True)
        (folder / place / beside).write_text("v = 1\n")
        (folder / place / "near.py").write_text("from deeper import v\n")
        (folder / place / "some.py").write_text(mine)
    made("one/some.py:denoise")
    # That it gets its own; what that one gets is the question.
    monkeypatch.delitem(sys.modules, "near", raising=False)
    with pytest.raises(BadPlugin, match=f"imports {name}, and got .*one.*, not the one beside it"):
        made("two/some.py:denoise")


def test_a_folder_beside_a_file_does_not_stand_for_an_installed_package(folder: Path) -> None:
    (folder / "numpy").mkdir()
    (folder / "numpy" / "notes.py").write_text("import beside\n")
    assert estimate("mine.py:denoise")[0] == 0.5


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
