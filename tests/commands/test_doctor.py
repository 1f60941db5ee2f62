"""`benchbox doctor`: what it prints, and its exit code."""

from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner

from benchbox.commands import doctor as command

OURS = "bounds,corpora,metrics,noises,spectral,unets"


PLUGIN = """
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Denoiser, Metric
from benchbox.records import Measure

class Backwards(Metric):
    def measures(self, sample_rate):
        return [Measure("pesq_nb")]

    def score(self, reference, estimate):
        return {"pesq_nb": 1.0}

class Unbuildable(Denoiser):
    def __init__(self, size: int = 3):
        raise OSError("no weights\\nanywhere")

    def denoise(self, noisy, sample_rate):
        return noisy

class Particular(Unbuildable):
    def __init__(self, path: str):
        raise AssertionError("built without its option")

@hookimpl
def register_denoisers(register):
    for factory in (Unbuildable, Particular):
        register(factory.__name__.lower(), factory)
    register("wiener", Unbuildable)

@hookimpl
def register_metrics(register):
    register("backwards", Backwards)
"""


EXTRA = """
from benchbox.errors import MissingExtra
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Denoiser, Metric

class Needy(Denoiser):
    def __init__(self):
        raise MissingExtra("needy needs the package nowhere: pip install nowhere")

    def denoise(self, noisy, sample_rate):
        return noisy

class NeedyMetric(Metric):
    def __init__(self):
        raise MissingExtra("needy_metric needs the package nowhere: pip install nowhere")

    def measures(self, sample_rate):
        return []

    def score(self, reference, estimate):
        return {}

@hookimpl
def register_denoisers(register):
    register("needy", Needy)

@hookimpl
def register_metrics(register):
    register("needy_metric", NeedyMetric)
"""


@pytest.fixture(autouse=True)
def _our_plugins_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOX_LOAD_PLUGINS", OURS)


def run(columns: int = 120) -> tuple[int, str]:
    app = typer.Typer()
    command.add_to(app)
    app.command("another")(lambda: None)
    done = CliRunner().invoke(app, ["doctor"], env={"COLUMNS": str(columns)}, catch_exceptions=False)
    return done.exit_code, done.output


@pytest.mark.parametrize("columns", [80, 120])
def test_prints_what_it_looked_at_within_the_terminal_and_exits_with_0(columns: int) -> None:
    code, text = run(columns)
    assert code == 0
    assert "4.5486" in text
    assert "4.6439" in text
    assert "everything is as it should be" in text
    assert max(map(len, text.splitlines())) <= columns


def test_names_what_is_off_and_exits_with_1(
    install_plugin: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugin("strange", PLUGIN)
    install_plugin("wrecked", "import a_module_that_is_not_there")
    monkeypatch.setenv("BENCHBOX_LOAD_PLUGINS", f"{OURS},strange,wrecked")
    code, text = run()
    assert code == 1
    off = [line for line in text.splitlines() if line.startswith("off:")]
    assert [line.split(":")[1].strip() for line in off] == [
        "plugin wrecked",
        "denoiser 'wiener' of strange",
        "denoiser unbuildable",
        "metric backwards",
        "metric backwards",
    ]
    assert "it needs the module 'a_module_that_is_not_there'" in off[0]
    assert "benchbox-speech has registered that name" in off[1]
    assert "OSError: no weights" in off[2]
    assert "against itself is 1, which should be 4.5481 to 4.5491" in off[3]


def test_an_optional_package_that_is_absent_is_a_note_and_no_fault(
    install_plugin: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugin("wishes", EXTRA)
    monkeypatch.setenv("BENCHBOX_LOAD_PLUGINS", f"{OURS},wishes")
    code, text = run(columns=200)
    assert code == 0
    assert "everything is as it should be" in text
    assert "needy needs the package nowhere: pip install nowhere" in text
    assert "needy_metric needs the package nowhere" in text
    assert not [line for line in text.splitlines() if line.startswith("off:")]


def test_says_so_where_no_plugin_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOX_LOAD_PLUGINS", "")
    code, text = run()
    assert code == 1
    assert "no metric is installed" in text
