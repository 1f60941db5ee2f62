"""What scoring, comparing and listing do without: torch, datasets and matplotlib may be missing."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ABSENT = ("torch", "datasets", "matplotlib")
# Python runs this first, in the workers of a run as well.
REFUSING = f"""
import sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Refusing())
"""

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def benchbox(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Return the command line of an installation that lacks these libraries."""
    folder = tmp_path_factory.mktemp("refusing")
    (folder / "sitecustomize.py").write_text(REFUSING)
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))

    def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "benchbox", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": path, "XDG_CACHE_HOME": str(folder / "cache")}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="module")
def finished(benchbox: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("absent") / "run"
    suite = ("--denoisers", "spectral_sub", "--noises", "white", "--snrs=5", "--metrics", "pesq,stoi,si_sdr")
    done = benchbox("run", *suite, "--limit", "2", "-j", "1", "--strict", "--output", folder)
    assert done.returncode == 0, done.stderr
    assert "spectral_sub" in done.stdout
    return folder


@pytest.mark.parametrize("library", ABSENT)
def test_the_libraries_are_missing_there(library: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(REFUSING)
    command = [sys.executable, "-c", f"import {library}"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert f"No module named '{library}'" in done.stderr


def test_lists_and_explains_without_them(benchbox: Command) -> None:
    listed = benchbox("list")
    assert (listed.returncode, listed.stderr) == (0, "")
    for name in ("vqunet", "minds14", "spectral_sub"):
        assert name in listed.stdout
    assert "pretrained" in benchbox("info", "vqunet").stdout


def test_scores_shows_and_compares_without_them(benchbox: Command, finished: Path, tmp_path: Path) -> None:
    shown = benchbox("leaderboard", finished, "--by", "noise")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "spectral_sub" in shown.stdout
    baseline = tmp_path / "baseline.json"
    assert benchbox("baseline", "save", finished, baseline).returncode == 0
    assert benchbox("compare", baseline, finished).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "library"),
    [
        (("plot", "{run}"), "matplotlib"),
        (("train", "unet", "--output", "{run}/unet"), "torch"),
        (("run", "--corpus", "minds14(source={run})", "--output", "{run}/minds14"), "datasets"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_what_needs_one_names_it_in_one_line(
    arguments: tuple[str, ...], library: str, benchbox: Command, finished: Path
) -> None:
    done = benchbox(*(argument.format(run=finished) for argument in arguments))
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert (
        f"needs the package {library}, which is not installed" in line
        or f"No module named '{library}'" in line
    )
