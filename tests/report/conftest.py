"""A real run of small plugins, and a browser to look at pages with."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchbox.plan.suite import Suite
from benchbox.registry.discovery import Plugin, Registry, discover
from benchbox.runs.folder import Run
from benchbox.runs.runner import run as run_suite
from benchbox.testing import FakeCorpus

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Return what is installed, and a corpus that needs no files."""
    installed = discover()
    corpora = {**installed.plugins["corpora"], "fake": Plugin("corpora", "fake", FakeCorpus, "tests", "1")}
    return Registry({**installed.plugins, "corpora": corpora})


@pytest.fixture(scope="session")
def finished(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a finished run of three systems, two noises and two SNRs, with the sounds of two mixtures."""
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


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    if not CHROMIUM.is_file():
        pytest.skip(f"needs {CHROMIUM}")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield started
        started.close()
