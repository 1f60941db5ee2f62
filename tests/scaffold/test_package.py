"""The packages of `benchbox new` for real: built, installed beside nothing else, tested and run unchanged."""

import os
import sys
import venv
from pathlib import Path

import pytest

from benchbox.errors import BadOption
from benchbox.registry.discovery import discover
from benchbox.scaffold.package import Kind, package, write
from tests.processes import run

MADE: list[tuple[Kind, str, bool]] = [
    ("denoiser", "my_gate", False),
    ("denoiser", "my_net", True),
    ("noise", "my_clicks", False),
    ("metric", "my_peak", False),
    ("corpus", "my_vowels", False),
]


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of packages, installed in the environment `venv` beside them."""
    root = tmp_path_factory.mktemp("packages")
    for kind, name, trainable in MADE:
        write(package(kind, name, trainable=trainable, registry=discover()), root / name)
    venv.create(root / "venv", with_pip=False, symlinks=True)
    site = next((root / "venv" / "lib").glob("python3*")) / "site-packages"
    # benchbox and the libraries come from here, which is what pip would have fetched.
    (site / "zz_libraries.pth").write_text("\n".join(path for path in sys.path if Path(path).is_dir()))
    pip = [sys.executable, "-m", "pip", "--python", root / "venv/bin/python", "install", "--quiet"]
    run(*pip, "--no-deps", "--no-build-isolation", *(root / name for _, name, _ in MADE), cwd=root)
    return root


def test_their_own_tests_pass(packages: Path) -> None:
    tests = [packages / name / "tests" for _, name, _ in MADE]
    python = packages / "venv/bin/python"
    flags = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", packages]
    report = run(python, "-m", "pytest", *flags, *tests, cwd=packages)
    assert " passed" in report
    assert all(
        len((folder / f"test_{folder.parent.name}.py").read_text().splitlines()) < 30 for folder in tests
    )


def test_they_run_together_as_the_readme_says(packages: Path) -> None:
    flags = [
        "--corpus",
        "my_vowels",
        "--noises",
        "my_clicks",
        "--metrics",
        "my_peak",
        "--snrs",
        "5",
        "-j",
        "1",
    ]
    compared = ["--denoisers", "my_gate,my_net(steps=5),spectral_sub", "--limit", "2", "--strict"]
    python = packages / "venv/bin/python"
    run(python, "-m", "benchbox", "run", *compared, *flags, "--output", "run", cwd=packages)
    table = (packages / "run" / "leaderboard.md").read_text()
    assert "my_gate" in table
    assert "my_net(steps=5)" in table
    assert "my_peak" in table


def test_they_are_as_tidy_as_ours(packages: Path) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    if not ruff.is_file():
        pytest.skip("ruff is not installed beside this Python")
    sources = [packages / name for _, name, _ in MADE]
    rules = ["--isolated", "--line-length", "110"]
    run(ruff, "check", *rules, "--select", "E,F,I,B,UP", *sources, cwd=packages)
    run(ruff, "format", *rules, "--check", *sources, cwd=packages)


@pytest.mark.parametrize(
    ("kind", "name", "trainable", "says"),
    [
        ("noise", "my_hiss", True, "a noise does not learn"),
        ("denoiser", "My-Gate", False, "wants lowercase letters, digits and _, such as my_gate"),
        ("denoiser", "wiener", False, "a denoiser of benchbox-speech already"),
    ],
)
def test_what_cannot_be_made_is_refused(kind: Kind, name: str, trainable: bool, says: str) -> None:
    with pytest.raises(BadOption, match=says):
        package(kind, name, trainable=trainable, registry=discover())
