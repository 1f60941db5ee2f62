"""A plugin that cannot be built says why, in one line."""

import pytest

from benchbox.errors import BadOption, BadPlugin
from benchbox.interfaces import Denoiser
from benchbox.records import Spec
from benchbox.registry.options import build
from benchbox.registry.plugin import why_failed
from tests.registry.factories import (
    REGISTRY,
)


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


def test_a_module_of_the_plugin_itself_is_not_to_be_installed() -> None:
    error = ModuleNotFoundError("No module named 'zz_acme.nets'", name="zz_acme.nets")
    assert why_failed(error, "zz_acme") == "ModuleNotFoundError: No module named 'zz_acme.nets'"
    assert why_failed(error).endswith("pip install zz_acme")


def test_a_plugin_is_called_by_what_it_is_and_where_it_is_from() -> None:
    plugin = REGISTRY.find("denoisers", "gain")
    assert str(plugin) == "denoiser 'gain' of test"
    assert plugin.identity.startswith("test 1 gain ")
