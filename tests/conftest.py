"""Fixtures that more than one test file needs."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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

REPOSITORY = Path(__file__).parents[1]
collect_ignore = ["example_plugin"]  # has an installation of its own: test_third_party.py runs its tests
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
