"""A file is imported with what lies beside it, and anew when one of them was edited."""

import sys
from pathlib import Path

import pytest

from benchbox.errors import BadPlugin
from benchbox.registry.references import plugin_at
from tests.registry.mine import MINE, estimate, made


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
