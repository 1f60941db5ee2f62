import subprocess
import sys
from collections.abc import Callable

import pytest

from benchbox.errors import BadPlugin, UnknownName
from benchbox.registry.discovery import discover
from tests.strangers import GOOD

Install = Callable[[str, str], None]


def test_first_party_plugins_enter_by_the_same_door() -> None:
    registry = discover()
    assert not registry.broken
    assert {"noisy", "spectral_sub", "wiener", "log_mmse", "unet", "vqunet"} <= set(
        registry.plugins["denoisers"]
    )
    assert {"white", "pink", "brown", "stft_gaussian", "babble", "hum", "car", "wind", "recorded"} <= set(
        registry.plugins["noises"]
    )
    assert {"pesq", "stoi", "nsr", "si_sdr"} <= set(registry.plugins["metrics"])
    assert {"minds14", "folder", "spoken"} <= set(registry.plugins["corpora"])


def test_a_strangers_plugin_is_found(install_plugin: Install) -> None:
    install_plugin("good", GOOD)
    plugin = discover().find("denoisers", "good")
    assert (plugin.distribution, plugin.version) == ("good", "1.0")


def test_a_plugin_that_takes_a_name_of_ours_loses_that_name_alone(install_plugin: Install) -> None:
    # Before ours in the alphabet: being first must not be a way to replace spectral_sub.
    install_plugin("aa_acme", GOOD + '    register("spectral_sub", Good)\n')
    registry = discover()
    ours = {plugin.name for plugin in registry.plugins["denoisers"].values() if plugin.version != "1.0"}
    assert {"spectral_sub", "wiener", "log_mmse", "vqunet"} <= ours
    assert registry.find("denoisers", "good").distribution == "aa_acme"
    assert not registry.broken
    assert registry.warnings == [
        "denoiser 'spectral_sub' of aa_acme is left out: benchbox-speech has registered that name; "
        "rename it in aa_acme, or name the plugins to load without the other one in BENCHBOX_LOAD_PLUGINS"
    ]


def test_of_two_strangers_the_first_entry_point_keeps_a_name(install_plugin: Install) -> None:
    install_plugin("zz_late", GOOD + '    register("late", Good)\n')
    install_plugin("early", GOOD)
    registry = discover()
    assert registry.find("denoisers", "good").distribution == "early"
    assert registry.find("denoisers", "late").distribution == "zz_late"
    [lost] = registry.left_out
    assert (str(lost.plugin), lost.plugin.name) == ("denoiser 'good' of zz_late", "good")


def test_a_distribution_that_is_installed_under_two_names_loses_nothing(install_plugin: Install) -> None:
    install_plugin("good", GOOD)
    install_plugin("renamed", "from good import register_denoisers")
    assert discover().warnings == []


def test_an_abstract_class_costs_its_name_and_says_what_it_lacks(install_plugin: Install) -> None:
    source = GOOD + "    register('half', type('Half', (Denoiser,), {}))\n"
    install_plugin("acme", source)
    registry = discover()
    assert registry.find("denoisers", "good")
    reason = "its class Half lacks denoise (see benchbox.interfaces)"
    assert registry.warnings == [f"denoiser 'half' of acme is left out: {reason}"]
    with pytest.raises(BadPlugin) as refused:
        registry.find("denoisers", "half")
    assert str(refused.value) == f"denoiser 'half' of acme cannot be used: {reason}"


def test_an_unknown_name_mentions_the_broken_plugins(install_plugin: Install) -> None:
    install_plugin("zz_broken", "1 / 0")
    with pytest.raises(UnknownName, match=r"did you mean 'noisy'\?.*left out as broken: zz_broken"):
        discover().find("denoisers", "niosy")


def test_the_environment_selects_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOX_LOAD_PLUGINS", "noises, metrics")
    some = discover()
    assert some.plugins["noises"]
    assert not some.plugins["denoisers"]
    monkeypatch.setenv("BENCHBOX_LOAD_PLUGINS", "")
    assert not any(discover().plugins.values())


def test_an_edited_plugin_has_another_identity_and_the_same_one_has_its_own(install_plugin: Install) -> None:
    install_plugin("good", GOOD)
    identity = discover().find("denoisers", "good").identity
    assert identity.startswith("good 1.0 good ")

    def elsewhere(old: str, new: str) -> str:
        code = (
            "import sys, pathlib, importlib.util;"
            "path = pathlib.Path(importlib.util.find_spec('good').origin);"
            f"path.write_text(path.read_text().replace({old!r}, {new!r}));"
            "from benchbox.registry.discovery import discover;"
            "print(discover().find('denoisers', 'good').identity)"
        )
        program = f"import sys; sys.path[:] = {sys.path!r}; {code}"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert elsewhere("Do nothing.", "Do nothing at all.") == identity
    assert elsewhere("return noisy", "return 2 * noisy") != identity


def test_listing_imports_nothing_heavy() -> None:
    program = (
        "import sys; from benchbox.registry.discovery import discover;"
        "assert discover().plugins['denoisers'];"
        "heavy = 'torch scipy pandas datasets pesq matplotlib pyrnnoise noisereduce'.split();"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
