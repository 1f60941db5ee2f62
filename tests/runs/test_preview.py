"""What a suite names is built in a process of its own first."""

from pathlib import Path

import pytest

from benchbox.errors import BadPlugin, UnknownName
from benchbox.plan.suite import Suite
from benchbox.registry.discovery import discover
from benchbox.runs.preview import preview
from benchbox.runs.workers import InProcess

PLUGINS = """
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Corpus, Denoiser, Metric

class Torn(Denoiser):
    def denoise(self, noisy, sample_rate):
        return noisy
    def fingerprint(self):
        raise OSError("no weights\\nanywhere")

class Vague(Metric):
    def measures(self, sample_rate):
        raise KeyError(sample_rate)
    def score(self, reference, estimate):
        return {}

class Endless(Corpus):
    def entries(self, split):
        return 1 / 0
    def load(self, entry):
        raise NotImplementedError

@hookimpl
def register_denoisers(register):
    register("torn", Torn)

@hookimpl
def register_metrics(register):
    register("vague", Vague)

@hookimpl
def register_corpora(register):
    register("endless", Endless)
"""


@pytest.fixture(autouse=True)
def _plugins(install_plugin) -> None:  # type: ignore[no-untyped-def]
    install_plugin("preview_fakes", PLUGINS)


def look_at(**settings: str) -> None:
    registry = discover()
    given = {"denoisers": "wiener", "noises": "white", "metrics": "nsr", "limit": "1", **settings}
    preview(Suite(**given), registry, InProcess(Path("systems"), registry))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"denoisers": "torn"}, "denoiser torn cannot be used: OSError: no weights; mend it or leave it out"),
        ({"metrics": "vague"}, "metric vague cannot be used: KeyError: 8000"),
        ({"corpus": "endless"}, "corpus endless cannot be used: ZeroDivisionError"),
    ],
)
def test_what_a_plugin_does_when_it_is_built_is_told_in_one_line(settings: dict[str, str], says: str) -> None:
    with pytest.raises(BadPlugin, match=says):
        look_at(**settings)


def test_sound_plugins_pass_and_a_misspelt_name_is_told_at_once() -> None:
    look_at()
    with pytest.raises(UnknownName, match="did you mean 'wiener'"):
        look_at(denoisers="weiner")
