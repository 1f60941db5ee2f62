"""A third-party plugin for real: wheels, a fresh environment, its entry point, its own tests, a run."""

import json
import sys
import venv
from pathlib import Path

import pytest

from tests.processes import run

EXAMPLE = Path(__file__).parent / "example_plugin"
REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def fresh_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both wheels and install them where neither source tree can be seen."""
    root = tmp_path_factory.mktemp("third-party")
    for source in (REPOSITORY, EXAMPLE):
        run(
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            root / "wheels",
            source,
            cwd=root,
        )
    environment = root / "venv"
    venv.create(environment, with_pip=False, symlinks=True)
    site = next((environment / "lib").glob("python3*")) / "site-packages"
    # The libraries come from here, which is what pip would have fetched; the two wheels do not.
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", site]
    run(*install, *sorted((root / "wheels").glob("*.whl")), cwd=root)
    (site / "zz_libraries.pth").write_text(f"{libraries}\n")
    return environment


def test_both_wheels_are_found_in_the_fresh_environment(fresh_environment: Path, tmp_path: Path) -> None:
    program = "import benchbox, benchbox_example, benchbox_unets; print(benchbox.__file__)"
    location = run(fresh_environment / "bin/python", "-c", program, cwd=tmp_path)
    assert str(fresh_environment) in location
    listed = json.loads(
        run(
            fresh_environment / "bin/python",
            "-m",
            "benchbox",
            "list",
            "denoisers",
            "--format",
            "json",
            cwd=tmp_path,
        )
    )
    (example,) = [plugin for plugin in listed if plugin["name"] == "example"]
    assert (example["distribution"], example["version"]) == ("benchbox-example", "1.2.3")


def test_the_strangers_denoiser_runs_beside_ours(fresh_environment: Path, tmp_path: Path) -> None:
    flags = ["--noises", "white", "--snrs", "5", "--limit", "2", "--metrics", "si_sdr", "-j", "1"]
    command = [fresh_environment / "bin/python", "-m", "benchbox", "run"]
    run(*command, "--denoisers", "example,spectral_sub", *flags, "--output", tmp_path / "run", cwd=tmp_path)
    table = (tmp_path / "run" / "leaderboard.md").read_text()
    assert "example" in table
    assert "spectral_sub" in table


def test_the_strangers_own_tests_pass(fresh_environment: Path, tmp_path: Path) -> None:
    copied = tmp_path / "test_example.py"
    copied.write_text((EXAMPLE / "test_example.py").read_text())
    report = run(
        fresh_environment / "bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", copied, cwd=tmp_path
    )
    assert "8 passed" in report
