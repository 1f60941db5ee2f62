"""What the text of a module says: what it does, and what it imports."""

from pathlib import Path

import pytest

from benchbox.registry.source import Source, read_source


def source(folder: Path, text: str, *, is_package: bool = False) -> Source:
    file = folder / "part.py"
    file.write_text(text)
    return read_source(file, "nets.part", is_package=is_package)


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("import a.b as c, d", {"a.b", "d"}),
        ("from a import b", {"a", "a.b"}),
        ("from . import b", {"nets", "nets.b"}),
        ("from ..other import b", {"other", "other.b"}),
        ("def f():\n    from .deep.b import c", {"nets.deep.b", "nets.deep.b.c"}),
        ("import importlib\nimportlib.import_module('.b' if fast else 'c')", {"importlib", "nets.b", "c"}),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", {"b"}),
    ],
)
def test_imports_are_found_wherever_they_stand_and_told_by_their_whole_names(
    text: str, imports: set[str], tmp_path: Path
) -> None:
    found = source(tmp_path, text)
    assert found.imports == imports
    assert not found.computes_imports


def test_relative_names_in_a_package_start_there(tmp_path: Path) -> None:
    assert source(tmp_path, "from .b import c", is_package=True).imports == {"nets.part.b", "nets.part.b.c"}


@pytest.mark.parametrize("text", ["__import__(name)", "import_module('nets.' + name)", "exec(text)"])
def test_a_name_that_the_text_does_not_tell_is_noticed(text: str, tmp_path: Path) -> None:
    assert source(tmp_path, text).computes_imports


def test_a_file_that_is_no_python_is_known_by_its_bytes(tmp_path: Path) -> None:
    first = source(tmp_path, "def broken(:  # one")
    assert source(tmp_path, "def broken(:  # another") != first
    assert first.imports == frozenset()


def test_hooks_count_only_where_they_are_asked_for(tmp_path: Path) -> None:
    texts = [f"@hookimpl\ndef register_noises(register):\n    register('a', {name})\n" for name in "bc"]
    files = [tmp_path / f"{number}.py" for number in range(2)]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    kept = {read_source(file, "a", is_package=False, keep_hooks=True).digest for file in files}
    assert len(kept) == 2
    assert len({read_source(file, "a", is_package=False).digest for file in files}) == 1
