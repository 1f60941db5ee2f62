import inspect

import pytest

from benchbox import hookspecs
from benchbox.hookspecs import INTERFACES
from benchbox.registry.discovery import DISTRIBUTION, SINGULAR, discover

HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("register_")}


def test_there_is_a_hook_for_each_kind() -> None:
    assert (
        set(HOOKS) == {f"register_{kind}" for kind in SINGULAR} == {f"register_{kind}" for kind in INTERFACES}
    )


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_says_what_to_register_and_when_the_factory_is_called(name: str) -> None:
    told = inspect.getdoc(HOOKS[name])
    assert told is not None
    assert "register(name, factory)" in told
    assert "Factories are called when" in told
    option = name.removeprefix("register_").replace("corpora", "corpus")
    assert f"`--{option}`" in told


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_has_a_first_party_user(name: str) -> None:
    plugins = discover().plugins[name.removeprefix("register_")].values()
    assert [plugin.name for plugin in plugins if plugin.distribution == DISTRIBUTION]
