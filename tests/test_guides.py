"""The guides' code is run: what plugins/README.md shows is a plugin that passes the conformance kit."""

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from benchbox.plan.suite import Suite
from benchbox.registry.discovery import DISTRIBUTION

REPOSITORY = Path(__file__).parents[1]
CONTRIBUTING = ".github/CONTRIBUTING.md"


def blocks(guide: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (REPOSITORY / guide).read_text(), re.M | re.S)


def test_the_plugin_guides_code_passes_the_conformance_kit(
    install_plugin: Callable[[str, str], None], tmp_path: Path
) -> None:
    code = "\n\n".join(blocks("plugins/README.md", "python"))
    learner = "".join(
        f'class Test{name.capitalize()}(TrainableContract):\n    spec = "{spec}"\n\n\n'
        for name, spec in {"leveller": "leveller", "masker": "masker(steps=5)"}.items()
    )
    gate = 'register("gate", Gate)'
    code = code.replace(gate, f'{gate}\n    register("leveller", Leveller)\n    register("masker", Masker)')
    install_plugin("guide", f"{code}\n\n{learner}")
    tests = tmp_path / "site-guide" / "guide.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", tests],
        env={"PYTHONPATH": str(tests.parent), "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"\d+ passed", done.stdout), done.stdout + done.stderr
    assert done.returncode == 0, done.stdout
    for plugin in ("TestGate", "TestClicks", "TestPeakError", "TestVowels", "TestLeveller", "TestMasker"):
        assert f"class {plugin}(" in tests.read_text()


def test_the_plugin_guides_first_five_minutes_work(tmp_path: Path) -> None:
    function, *_ = blocks("plugins/README.md", "python")
    (tmp_path / "my_denoiser.py").write_text(function)
    guide = (REPOSITORY / "plugins/README.md").read_text()
    shown = re.search(r"^```\n(benchbox run .*?)^```", guide, re.M | re.S)
    assert shown
    smaller = ("--noises white --snrs=5 --limit 2 -j 1", "--minutes 0.5")
    for command, flags in zip(shown[1].splitlines(), smaller, strict=True):
        words = [sys.executable, "-m", *shlex.split(command), *flags.split()]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "threshold=0.03" in done.stdout or "0 do not" in done.stdout


def test_the_readmes_python_runs(tmp_path: Path) -> None:
    (code,) = blocks("README.md", "python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "log_mmse" in done.stdout


def test_everything_that_names_our_distribution_names_the_same_one() -> None:
    named = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["name"]
    assert named == DISTRIBUTION
    (recipe,) = (tomllib.loads(block) for block in blocks("plugins/README.md", "toml"))
    example = tomllib.loads((REPOSITORY / "tests/example_plugin/pyproject.toml").read_text())
    for plugin in (recipe, example):
        assert named in plugin["project"]["dependencies"]
        assert "benchbox" not in plugin["project"]["dependencies"]
    written = [
        *REPOSITORY.glob("*.md"),
        *(file for part in ("benchbox", "plugins") for file in (REPOSITORY / part).rglob("*.py")),
    ]
    assert not [file for file in written if "benchbox[" in file.read_text()]


def test_the_guides_suite_is_valid() -> None:
    (suite,) = (tomllib.loads(block) for block in blocks("benchmarks/README.md", "toml"))
    assert Suite(**suite).snrs == (-5, 0, 5, 10)


def test_the_guides_link_to_what_is_there() -> None:
    for guide in ("README.md", "plugins/README.md", "benchmarks/README.md", CONTRIBUTING):
        folder = (REPOSITORY / guide).parent
        for target in re.findall(r"\]\(([^)#:]+)\)", (REPOSITORY / guide).read_text()):
            assert (folder / target).exists(), f"{guide}: {target}"


def test_the_contributors_page_names_files_that_are_there_and_every_stage() -> None:
    page = (REPOSITORY / CONTRIBUTING).read_text()
    rows = re.findall(r"^\| (?!what \| |---)(.+) \| (.+) \| (.+) \|$", page, re.M)
    assert len(rows) >= 20
    for what, lives, tested in rows:
        for cell in (lives, tested):
            paths = re.findall(r"`([^`]+)`", cell)
            assert paths, what
            assert not [path for path in paths if not (REPOSITORY / path).is_file()], what
    tree = re.search(r"^```\nbenchbox/(.*?)^```", page, re.M | re.S)
    assert tree
    stages = {file.parent.name for file in (REPOSITORY / "benchbox").glob("*/__init__.py")}
    assert {stage for stage in stages if f"{stage}/" not in tree[1]} == set()


def test_the_contributors_page_shows_flags_and_scripts_that_are_there() -> None:
    page = (REPOSITORY / CONTRIBUTING).read_text()
    assert set(re.findall(r"benchmarks/\w+\.py", page)) >= {
        "benchmarks/pretrained.py",
        "benchmarks/train_pretrained.py",
        "benchmarks/same_scores.py",
    }
    assert not [
        path for path in re.findall(r"benchmarks/[\w/]+\.\w+", page) if not (REPOSITORY / path).is_file()
    ]
    targets = re.findall(r"^([\w-]+|\S+/\.installed):", (REPOSITORY / "Makefile").read_text(), re.M)
    assert set(re.findall(r"\bmake ([a-z]+)\b", page)) <= set(targets)
