import importlib
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchbox.registry.discovery import discover
from benchbox.registry.identity import code_digests, libraries, source_digest, why_anew

FILES = {
    "nets/__init__.py": """
from benchbox.hookspecs import hookimpl

@hookimpl
def register_denoisers(register):
    from nets.unet import UNet
    register("unet", UNet)
""",
    "nets/unet.py": '''
"""A network."""
from typing import TYPE_CHECKING, Annotated
from pydantic import Field
from .layers import conv
if TYPE_CHECKING:
    from nets.unrelated import Thing

class UNet:
    """Denoise."""
    size = 3  # wide enough
    def __init__(self, steps: Annotated[int, Field(ge=1, description="how long")] = 5) -> None:
        from nets.losses import loss
    def nothing(self):
        """Nothing."""
''',
    "nets/layers.py": "def conv():\n    return 1\n",
    "nets/losses.py": "import numpy as np\nfrom nets import tables\ndef loss():\n    return np.float32(2)\n",
    "nets/tables/__init__.py": "ROWS = 4\n",
    "nets/unrelated.py": "x = 1\n",
    "nets/weights.bin": "1234",
    "nets/CARD.md": "Where the weights come from.",
}

Digests = Callable[..., dict[str, str]]


@pytest.fixture
def digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Digests:
    """Return digests(files, factory): those of a factory in packages that are written as given."""
    copies = iter(range(100))

    def write(files: Mapping[str, str], factory: str = "nets.unet:UNet") -> dict[str, str]:
        folder = tmp_path / str(next(copies))
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        for top in {name.split("/")[0].removesuffix(".py") for name in files}:
            for module in [*sys.modules]:
                if module.partition(".")[0] == top:
                    monkeypatch.delitem(sys.modules, module)
        with monkeypatch.context() as path:
            path.syspath_prepend(folder)
            module, _, name = factory.partition(":")
            made = getattr(importlib.import_module(module), name)
            return code_digests(made)

    return write


def edited(file: str, old: str, new: str) -> dict[str, str]:
    assert old in FILES[file]
    return {**FILES, file: FILES[file].replace(old, new)}


def test_counts_what_the_factorys_module_imports_and_the_packages_data(digests: Digests) -> None:
    counted = ["__init__.py", "layers.py", "losses.py", "tables/__init__.py", "unet.py", "weights.bin"]
    assert sorted(digests(FILES)) == [f"nets/{name}" for name in counted]


@pytest.mark.parametrize(
    "files",
    [
        edited("nets/unet.py", "# wide enough", "# too wide"),
        edited("nets/unet.py", '"""Denoise."""', '"""Denoise speech."""'),
        edited("nets/unet.py", '"""A network."""\n', ""),
        edited("nets/unet.py", '"""Nothing."""', "pass"),
        edited("nets/unet.py", "size = 3", "size   =   (3)"),
        edited("nets/unet.py", '"how long"', '"how long to train"'),
        edited("nets/unet.py", "    from nets.unrelated import Thing", "    from nets.unrelated import x"),
        edited("nets/__init__.py", 'register("unet", UNet)', 'register("unet", UNet); register("b", UNet)'),
        edited("nets/unrelated.py", "x = 1", "x = 2"),
        edited("nets/CARD.md", "Where", "From where"),
        {**FILES, "nets/another.py": "y = 1"},
    ],
)
def test_an_edit_that_decides_nothing_changes_no_digest(digests: Digests, files: dict[str, str]) -> None:
    assert files != FILES
    assert digests(files) == digests(FILES)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("nets/unet.py", "size = 3", "size = 4"),
        ("nets/unet.py", "ge=1", "ge=2"),
        ("nets/unet.py", "] = 5", "] = 6"),
        ("nets/layers.py", "return 1", "return -1"),
        ("nets/losses.py", "float32(2)", "float64(2)"),
        ("nets/tables/__init__.py", "4", "4.0"),
        ("nets/__init__.py", "\n@hookimpl", "\nimport os; os.environ['A'] = '1'\n@hookimpl"),
        ("nets/weights.bin", "3", "5"),
    ],
)
def test_an_edit_that_decides_something_changes_the_digest_of_its_file_alone(
    digests: Digests, file: str, old: str, new: str
) -> None:
    before, after = digests(FILES), digests(edited(file, old, new))
    assert [name for name in before if before[name] != after[name]] == [file]
    assert why_anew({"code": before}, {"code": after}) == f"its code ({file}) changed"


def test_a_package_that_computes_the_name_of_an_import_counts_as_a_whole(digests: Digests) -> None:
    dynamic = edited("nets/layers.py", "return 1", "import importlib; importlib.import_module('nets.' + 'x')")
    assert "nets/unrelated.py" in digests(dynamic)
    named = edited(
        "nets/layers.py", "return 1", "import importlib; importlib.import_module('nets.unrelated')"
    )
    assert "nets/unrelated.py" in digests(named)


def test_a_factory_made_in_a_hook_counts_that_hook_and_what_is_bound_to_it(digests: Digests) -> None:
    source = "from functools import partial\nfrom benchbox.hookspecs import hookimpl\nmade = []\n"
    hook = (
        "@hookimpl\ndef register_denoisers(register):\n    made.append(lambda: {})\nregister_denoisers(0)\n"
    )
    door = {"door.py": source + hook + "made = made[0]\n"}
    first, second = ({"door.py": door["door.py"].format(value)} for value in (1, 2))
    assert digests(first, "door:made") != digests(second, "door:made")
    assert code_digests(partial(dict, a=1)) != code_digests(partial(dict, a=2))


def test_a_helper_outside_of_site_packages_counts_and_an_installed_library_does_not(digests: Digests) -> None:
    files = edited("nets/layers.py", "return 1", "import helper, scipy")
    counted = digests({**files, "helper.py": "z = 1"})
    assert "helper.py" in counted
    assert not [name for name in counted if name.startswith("scipy")]
    assert digests({**files, "helper.py": "z = 1"}) != digests({**files, "helper.py": "z = 2"})


def test_a_library_installed_into_another_folder_does_not_count(
    digests: Digests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As `pip install --target libraries` leaves it, with the path in PYTHONPATH.
    target = tmp_path / "libraries"
    (target / "installed_thing").mkdir(parents=True)
    (target / "installed_thing" / "__init__.py").touch()
    (target / "installed_thing-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(target)
    counted = digests(edited("nets/losses.py", "import numpy as np", "import installed_thing"))
    assert not [file for file in counted if "installed_thing" in file]


def test_a_folder_without_an_init_file_counts_with_its_modules(digests: Digests) -> None:
    files = edited("nets/losses.py", "from nets import tables", "import nets.spare.deep.weights")
    assert "nets/spare/deep/weights.py" in digests({**files, "nets/spare/deep/weights.py": "scale = 2\n"})
    # Where the whole package counts, its folders of data do not disturb.
    computing = edited("nets/layers.py", "return 1", "return __import__('nets.spare.deep.weights')")
    assert "nets/spare/deep/weights.py" in digests({**computing, "nets/spare/deep/weights.py": "scale = 2\n"})


def test_our_own_plugins_count_what_the_core_computes_for_them() -> None:
    factories = {name: plugin.factory for name, plugin in discover().plugins["denoisers"].items()}
    counted = set(code_digests(factories["vqunet"]))
    assert {"benchbox/training.py", "benchbox/spectral.py", "benchbox_unets/network.py"} <= counted
    assert "benchbox_unets/pretrained/model.safetensors" in counted
    assert not {"benchbox/errors.py", "benchbox/cli.py", "benchbox_unets/unet.py"} & counted
    assert {"numpy", "torch"} <= set(libraries(factories["vqunet"]))
    assert source_digest(factories["vqunet"]) != source_digest(factories["unet"])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ({"seed": 0}, {"seed": 0}, None),
        ({"seed": 0, "code": {"a.py": "1"}}, {"seed": 1, "code": {"a.py": "1"}}, "its seed changed"),
        ({}, {"code": {"a.py": "1"}}, "its code (a.py) changed"),
        (
            {"code": {"a.py": "1", "gone.py": "1"}, "training noises": "x"},
            {"code": {"a.py": "2", "b.py": "1", "c.py": "1"}, "training noises": "y"},
            "its code (a.py, b.py, c.py and 1 more) and training noises changed",
        ),
    ],
)
def test_why_anew_names_what_changed(
    old: Mapping[str, Any], new: Mapping[str, Any], says: str | None
) -> None:
    assert why_anew(old, new) == says
