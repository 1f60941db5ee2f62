"""Fixtures that more than one test file needs."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from benchbox.plan.suite import Suite
from benchbox.records import Cost, Evaluation, Measure, Score, Timing
from benchbox.results.record import ConditionFacts, Machine, SystemFacts
from benchbox.runs.folder import Run
from benchbox.runs.manifest import Manifest
from tests.fakes import PLUGINS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from benchbox.registry.discovery import Registry

# Neither luck nor the clock decides whether a test passes. At night luck looks for what nobody thought of.
settings.register_profile(
    "ci",
    derandomize=True,
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly",
    derandomize=False,
    max_examples=2000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# What one test trains is not there for another, and the user's cache is not touched.
os.environ["BENCHBOX_CACHE"] = ""
# What tests install is harmless, unless they turn this on.
os.environ["BENCHBOX_TRY_PLUGINS"] = "0"

REPOSITORY = Path(__file__).parents[1]
collect_ignore = [
    "broken_plugin",
    "example_plugin",
]  # has an installation of its own: test_third_party.py runs its tests
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
SHARED_AUDIO = REPOSITORY.parent / "shared" / "audio"


@pytest.fixture(scope="session")
def shared_audio() -> Path:
    """Real speech and noise that lies beside a developer's checkout and never in it."""
    if not SHARED_AUDIO.is_dir():
        pytest.skip(f"needs {SHARED_AUDIO}")
    return SHARED_AUDIO


@pytest.fixture
def install_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Return install(name, source): a distribution with an entry point, found as any installed one is."""

    def install(name: str, source: str) -> None:
        site = tmp_path / f"site-{name}"
        metadata = site / f"{name}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (site / f"{name}.py").write_text(source)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[benchbox]\n{name} = {name}\n")
        monkeypatch.syspath_prepend(site)
        monkeypatch.delitem(sys.modules, name, raising=False)

    return install


@pytest.fixture
def fakes(
    install_plugin: Callable[[str, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Install small plugins, and work in an empty folder."""
    install_plugin("fakes", PLUGINS)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    return Manifest(
        finished=True,
        suite=Suite(denoisers="half", noises="white", snrs=[5], metrics="si_sdr", limit=2),
        leaks=None,
        unsteady=(),
        systems={
            "noisy": SystemFacts(identity="noisy 1"),
            "half": SystemFacts("half 1", parameters=3, cost=Cost(3, 1.0, None, None, 0.1, 0.2, 0.0, None)),
        },
        measures=(Measure("si_sdr", "dB", bounds=(-100.0, None)),),
        identities={"si_sdr": {"library": "benchbox", "version": "1"}},
        corpus_fingerprint="abc",
        machine=Machine("Linux", "x86_64", 2, "3.11"),
        broken_plugins={},
        conditions=(ConditionFacts("white", 5.0, 2),),
        jobs=("noisy-key", "half-key"),
        sealed=True,
    )


@pytest.fixture
def run(tmp_path: Path, manifest: Manifest) -> Run:
    """Return a run of two systems on two clips."""
    made = Run(tmp_path / "run")
    for system in manifest.systems:
        rows = [
            Score(
                system, "white", 5.0, f"u{clip}", f"r{clip}", None, f"m{clip}", "si_sdr", 1.0 + clip,
                "ok", None, 5.0, 4.0, 0.0, 0.0, 1.0,
            )
            for clip in range(2)
        ]  # fmt: skip
        times = [Timing(system, "white", 5.0, f"u{clip}", 2.0, 0.1) for clip in range(2)]
        made.write(Evaluation(f"{system}-key", rows, times))
    made.write_manifest(manifest)
    return made


@pytest.fixture(scope="session")
def registry() -> "Registry":
    """Return what is installed, and a corpus that needs no files."""
    from benchbox.registry.discovery import Plugin, Registry, discover
    from benchbox.testing import FakeCorpus

    installed = discover()
    corpora = {**installed.plugins["corpora"], "fake": Plugin("corpora", "fake", FakeCorpus, "tests", "1")}
    return Registry({**installed.plugins, "corpora": corpora})


@pytest.fixture(scope="session")
def finished(registry: "Registry", tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a finished run of three systems, two noises and two SNRs, with the sounds of two mixtures."""
    from benchbox.runs.runner import run as run_suite

    suite = Suite(
        name="three-systems",
        denoisers="spectral_sub,wiener,log_mmse",
        corpus="fake(recordings=6)",
        noises="white,pink",
        snrs="0,10",
        metrics="si_sdr,nsr",
        bounds=True,
        cost=False,
    )
    folder = tmp_path_factory.mktemp("report") / "run"
    return run_suite(suite, folder, examples=2, in_process=True, registry=registry)


@pytest.fixture
def copied(finished: Run, tmp_path: Path) -> Run:
    """Return that run in a folder where it may be changed."""
    return Run(shutil.copytree(finished.path, tmp_path / "run"))


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    if not CHROMIUM.is_file():
        pytest.skip(f"needs {CHROMIUM}")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield started
        started.close()
