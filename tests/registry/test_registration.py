"""What an entry point registers, or what its author got wrong."""

from collections.abc import Callable

import pytest

from benchbox.hookspecs import CONTRACT
from benchbox.registry.discovery import discover
from tests.strangers import GOOD

Install = Callable[[str, str], None]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "import a_module_that_is_not_there.part",
            "it needs the module 'a_module_that_is_not_there', which is not installed: "
            "pip install a_module_that_is_not_there",
        ),
        ("import scipy.absent", "ModuleNotFoundError: No module named 'scipy.absent'"),
        ("from zz_broken import part", "ImportError: cannot import name 'part' from "),
        ("raise SystemExit('leaving')", "SystemExit: leaving"),
        ("def broken(:", "SyntaxError"),
        (
            GOOD + "BENCHBOX_CONTRACT = 99",
            "it was built for contract 99 of benchbox, this is contract 1: install a version of it for this "
            "one, or a newer benchbox-speech",
        ),
        (
            GOOD.replace("register_denoisers", "register_denoiser"),
            "unknown hook 'register_denoiser'; did you mean 'register_denoisers'? valid: register_corpora, ",
        ),
        (
            GOOD.replace("(register):", "(registrar):"),
            "Argument(s) {'registrar'} are declared in the hookimpl but can not be found in the hookspec",
        ),
        (
            GOOD.replace("@hookimpl", ""),
            "register_denoisers is not marked: write @hookimpl above it (benchbox.hookspecs.hookimpl)",
        ),
        (
            GOOD.partition("@hookimpl")[0],
            "it registers nothing: zz_broken has no function marked with @hookimpl; hooks: register_",
        ),
        (
            GOOD.replace('register("good", Good)', "return Good"),
            "it registers nothing: its hooks never call register(name, factory)",
        ),
        (GOOD.replace('"good"', '"Good One"'), "wants a lowercase_name"),
    ],
)
def test_a_broken_plugin_is_named_in_one_line_and_the_rest_works(
    install_plugin: Install, source: str, reason: str
) -> None:
    install_plugin("zz_broken", source)
    registry = discover()
    assert list(registry.broken) == ["zz_broken"]
    assert reason in registry.broken["zz_broken"]
    assert "\n" not in registry.broken["zz_broken"]
    assert "spectral_sub" in registry.plugins["denoisers"]


def test_a_plugin_that_says_that_it_is_built_for_this_contract_is_found(install_plugin: Install) -> None:
    install_plugin("good", f"{GOOD}\nBENCHBOX_CONTRACT = {CONTRACT}\n")
    assert discover().find("denoisers", "good").distribution == "good"
