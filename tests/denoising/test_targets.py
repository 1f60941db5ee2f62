"""Which file becomes which."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from benchbox.denoising.targets import pair
from benchbox.errors import BadAudio


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return make(names): make files in an empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)

    def make(*names: str) -> None:
        for name in names:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(name)

    return make


def paired(*inputs: str, to: str, force: bool = False) -> dict[str, str]:
    return {str(source): str(target) for source, target in pair(inputs, to, force=force)}


def test_one_file_becomes_one_file(here: Callable[..., None]) -> None:
    here("a.wav")
    assert paired("a.wav", to="b.flac") == {"a.wav": "b.flac"}
    assert paired("a.wav", to="new/B.WAV") == {"a.wav": "new/B.WAV"}


def test_one_file_goes_under_its_own_name_into_a_folder(here: Callable[..., None]) -> None:
    here("a.wav", "there/other.wav")
    assert paired("a.wav", to="there") == {"a.wav": "there/a.wav"}
    assert paired("a.wav", to="new/") == {"a.wav": "new/a.wav"}


def test_a_folder_keeps_its_shape(here: Callable[..., None]) -> None:
    here("in/a.wav", "in/deep/er/b.FLAC", "in/c.ogg", "in/notes.txt", "in/.hidden.wav", "in/d.mp3")
    assert paired("in", to="out") == {
        "in/a.wav": "out/a.wav",
        "in/c.ogg": "out/c.ogg",
        "in/d.mp3": "out/d.wav",
        "in/deep/er/b.FLAC": "out/deep/er/b.FLAC",
    }


def test_a_glob_keeps_what_lies_below_its_first_wildcard(here: Callable[..., None]) -> None:
    here("in/a.wav", "in/x/b.wav", "in/y/b.wav", "in/y/c.txt")
    assert paired("in/*.wav", to="out") == {"in/a.wav": "out/a.wav"}
    assert paired("in/*/b.*", to="out") == {"in/x/b.wav": "out/x/b.wav", "in/y/b.wav": "out/y/b.wav"}
    assert paired("in/**/*.wav", to="out").keys() == {"in/a.wav", "in/x/b.wav", "in/y/b.wav"}
    assert paired("*/*.wav", to="out") == {"in/a.wav": "out/in/a.wav"}


def test_several_inputs_are_united_and_a_file_named_twice_is_denoised_once(here: Callable[..., None]) -> None:
    here("a.wav", "in/b.wav")
    assert paired("a.wav", "in", "a.wav", to="out") == {"a.wav": "out/a.wav", "in/b.wav": "out/b.wav"}


def test_a_name_with_brackets_is_a_name_if_it_exists(here: Callable[..., None]) -> None:
    here("take[1].wav")
    assert paired("take[1].wav", to="b.wav") == {"take[1].wav": "b.wav"}


def test_earlier_outputs_below_an_input_folder_are_no_inputs(here: Callable[..., None]) -> None:
    here("in/a.wav", "in/clean/a.wav")
    assert paired("in", to="in/clean", force=True) == {"in/a.wav": "in/clean/a.wav"}
    assert paired("in/**/*.wav", to="in/clean", force=True) == {"in/a.wav": "in/clean/a.wav"}


@pytest.mark.parametrize(
    ("inputs", "output", "message"),
    [
        (["missing.wav"], "b.wav", "missing.wav does not exist"),
        (["*.flac"], "out", r"no audio file matches '\*.flac'; supported: .flac, .ogg, .wav"),
        (["nothing"], "out", "no audio file in nothing"),
        (["a.txt"], "b.wav", "a.txt: unsupported suffix '.txt'; valid: .flac, .ogg, .wav"),
        (["a.wav"], "b.mp3", "b.mp3: unsupported suffix '.mp3'"),
        (["a.wav"], "b", "b: unsupported name without a suffix"),
        (["a.wav"], "there.wav", "there.wav exists: --force overwrites"),
        (["in"], "full", "1 of 2 outputs exist, the first is full/b.wav: --force"),
        (["in", "a.wav"], "new.wav", "new.wav names a file"),
        (["in"], "a.txt", "a.txt names a file"),
        (["in", "in2"], "out", "in/b.wav and in2/b.wav would both become out/b.wav"),
        (["a.wav"], "folder.wav/", "is a folder"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    here: Callable[..., None], inputs: list[str], output: str, message: str
) -> None:
    here("a.wav", "a.txt", "there.wav", "in/b.wav", "in/c.wav", "in2/b.wav", "full/b.wav", "nothing/x.txt")
    Path("folder.wav/a.wav").mkdir(parents=True)
    with pytest.raises(BadAudio, match=message):
        pair(inputs, output)


def test_an_input_is_never_an_output_by_whatever_name(here: Callable[..., None]) -> None:
    here("in/a.wav", "b.wav")
    Path("link.wav").symlink_to("b.wav")
    os.link("b.wav", "hard.wav")
    for inputs, output in (
        (["b.wav"], "b.wav"),
        (["b.wav"], "./in/../b.wav"),
        (["b.wav"], "."),
        (["b.wav"], "link.wav"),
        (["link.wav"], "b.wav"),
        (["b.wav"], "hard.wav"),
        (["in"], "in"),
        (["in/*.wav"], "in"),
    ):
        with pytest.raises(BadAudio, match="inputs are never overwritten"):
            pair(inputs, output, force=True)


def test_force_allows_what_exists(here: Callable[..., None]) -> None:
    here("a.wav", "b.wav")
    assert paired("a.wav", to="b.wav", force=True) == {"a.wav": "b.wav"}
