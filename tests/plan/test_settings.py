import shlex
from pathlib import Path

from benchbox.plan.settings import SETTINGS
from benchbox.plan.suite import Suite
from benchbox.registry.discovery import SINGULAR

GUIDE = Path(__file__).parents[2] / "benchmarks" / "README.md"


def test_every_setting_is_a_field_of_the_suite_and_the_other_way_round() -> None:
    assert list(Suite.model_fields) == list(SETTINGS)
    for name, field in Suite.model_fields.items():
        assert (field.description, field.default) == (SETTINGS[name].description, SETTINGS[name].default)


def test_defaults_and_examples_are_valid_and_what_is_unset_is_explained() -> None:
    for name, setting in SETTINGS.items():
        assert setting.shown
        Suite(**{name: setting.default})
        for example in shlex.split(setting.example):  # as a shell hands it over
            Suite(**{name: example.removeprefix(f"--{name.replace('_', '-')}=")})
    assert {setting.plugins for setting in SETTINGS.values() if setting.plugins} == set(SINGULAR)


def test_the_guide_lists_every_setting_with_its_default() -> None:
    rows = [f"| `{name}` | {setting.description} | {setting.shown} |" for name, setting in SETTINGS.items()]
    assert "\n".join(["| --- | --- | --- |", *rows, ""]) in GUIDE.read_text()
