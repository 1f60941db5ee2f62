"""The rules of the tree, checked on the tree itself: who may import whom, and where a test belongs.

A file at the top of benchbox/ is public: a plugin may import it. A folder is a stage of the work, private to
plugins. The order of the stages is the layers contract in pyproject.toml, which `lint-imports` checks.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import grimp
import pytest
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).parents[1]
CORE = REPOSITORY / "benchbox"
PLUGINS = sorted(file.parent for file in (REPOSITORY / "plugins").glob("*/__init__.py"))
STRANGERS = sorted(file.parent for file in (REPOSITORY / "tests").glob("*_plugin/*/__init__.py"))
PUBLIC = {f"benchbox.{file.stem}" for file in CORE.glob("*.py") if file.stem not in ("__main__", "cli")}
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())

NO_STAGE = {"benchmarks", "broken_plugin", "example_plugin", "fuzz", "plugins"}
"""Folders of tests/ that are no folder of benchbox/."""
NO_RULE = NO_STAGE - {"plugins"}
"""Folders of tests/ that are no tests of benchbox/ or plugins/."""
UNTESTED = {"__main__.py": "every test that starts `python -m benchbox` runs it"}
"""Module of benchbox/ -> why it has no test file of its own name."""
WHOLE = {"absent_libraries", "architecture", "broken_plugin", "guides", "public", "third_party"}
"""What stands at the top of tests/ and is about the whole, not about one module."""
DATA = {"baseline", "entry_points", "run_folder", "suite"}
"""What the picture in README.md shows beside the stages."""


def imports(file: Path) -> Iterator[str]:
    """Yield the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            # What is imported may be a module or a name in one.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported(package: Path, roots: Iterable[str]) -> dict[str, list[str]]:
    """Return file -> what it imports from packages of these names."""
    wanted = tuple(roots)
    return {
        str(file.relative_to(REPOSITORY)): found
        for file in sorted(package.rglob("*.py"))
        if (found := [name for name in imports(file) if name.partition(".")[0] in wanted])
    }


def is_public(name: str) -> bool:
    return name in PUBLIC or name.rpartition(".")[0] in PUBLIC


@pytest.mark.parametrize("plugin", [*PLUGINS, *STRANGERS], ids=lambda folder: folder.name)
def test_a_plugin_imports_public_files_of_benchbox_only(plugin: Path) -> None:
    found = imported(plugin, ["benchbox"])
    assert found
    assert {
        file: bad for file, names in found.items() if (bad := [n for n in names if not is_public(n)])
    } == {}


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda folder: folder.name)
def test_a_plugin_imports_no_other_plugin(plugin: Path) -> None:
    assert imported(plugin, {other.name for other in PLUGINS} - {plugin.name}) == {}


def test_the_core_imports_no_plugin() -> None:
    assert imported(CORE, {plugin.name for plugin in PLUGINS}) == {}


def test_what_is_imported_from_elsewhere_is_declared() -> None:
    declared = {_distribution(text) for text in PROJECT["project"]["dependencies"]}
    for extra in PROJECT["project"]["optional-dependencies"].values():
        declared |= {_distribution(text) for text in extra}
    installed = packages_distributions()
    own = {"benchbox", *(plugin.name for plugin in PLUGINS)}
    used = {
        name.partition(".")[0]
        for folder in (CORE, *PLUGINS)
        for file in folder.rglob("*.py")
        for name in imports(file)
    }
    undeclared = {
        module
        for module in used - own - sys.stdlib_module_names
        if not {_distribution(name) for name in installed.get(module, [module])} & declared
    }
    assert undeclared == set()


def _distribution(requirement: str) -> str:
    """Return the normal form of the name that a requirement begins with."""
    match = re.match(r"[\w.-]+", requirement)
    assert match
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def test_no_two_files_and_no_two_stages_import_each_other() -> None:
    # What is imported for type checkers alone is never run.
    graph = grimp.build_graph("benchbox", exclude_type_checking_imports=True, cache_dir=None)
    for exception in PROJECT["tool"]["importlinter"]["contracts"][0].get("ignore_imports", []):
        importer, separator, target = exception.partition(" -> ")
        assert separator
        graph.remove_import(importer=importer, imported=target)
    files = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(files) > 50
    assert circle(files) is None
    stages: dict[str, set[str]] = {}
    for module, targets in files.items():
        stages.setdefault(stage(module), set()).update(map(stage, targets - {module}))
    assert circle({name: targets - {name} for name, targets in stages.items()}) is None


def stage(module: str) -> str:
    return ".".join(module.split(".")[:2])


def circle(imports: Mapping[str, set[str]]) -> list[str] | None:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return None


def layers() -> dict[str, int]:
    """Return stage -> its height in the layers contract, 0 at the top."""
    lines = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    return {name: height for height, line in enumerate(lines) for name in re.split(r" [|:] ", line)}


def test_the_picture_in_the_readme_is_that_of_the_import_rules() -> None:
    (picture,) = re.findall(r"^```mermaid\n(.*?)^```", (REPOSITORY / "README.md").read_text(), re.M | re.S)
    arrows = re.findall(r"^ +(\w+)\S*.*? -->(?:\|[^|]*\|)? (\w+)", picture, re.M)
    assert len(arrows) == picture.count("-->")
    stages = {file.parent.name for file in CORE.glob("*/__init__.py")}
    assert {name for arrow in arrows for name in arrow} - DATA == stages
    height = layers()
    against = [
        (foot, head)
        for foot, head in arrows
        if DATA.isdisjoint((foot, head)) and height[head] >= height[foot]
    ]
    assert against == []
    targets: dict[str, set[str]] = {}
    for foot, head in arrows:
        targets.setdefault(foot, set()).add(head)
    # What is on disk parts the stages before it from those after it.
    assert circle(targets) is None


def test_every_plugin_folder_is_packaged_and_registered() -> None:
    names = [plugin.name for plugin in PLUGINS]
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert sorted(packages) == sorted(["benchbox", *(f"plugins/{name}" for name in names)])
    assert sorted(PROJECT["project"]["entry-points"]["benchbox"].values()) == names


def test_every_folder_of_tests_stands_for_a_folder_of_the_core() -> None:
    folders = {file.relative_to(REPOSITORY / "tests").parts[0] for file in REPOSITORY.glob("tests/*/**/*.py")}
    stages = {file.parent.name for file in CORE.glob("*/__init__.py")}
    assert folders - NO_STAGE <= stages


def test_pre_commit_checks_what_make_lint_checks() -> None:
    made = re.search(r"^lint:.*\n((?:\t.*\n)+)", (REPOSITORY / "Makefile").read_text(), re.M)
    assert made
    commands = [line.strip().replace("$(BIN)/", "") for line in made[1].splitlines()]
    hooks = (REPOSITORY / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"entry: \.venv/bin/(.+)", hooks) == commands


def test_every_test_file_is_named_after_the_module_or_the_folder_that_it_tests() -> None:
    strangers = []
    for file in sorted((REPOSITORY / "tests").rglob("test_*.py")):
        *folders, name = file.relative_to(REPOSITORY / "tests").with_suffix("").parts
        tested = name.removeprefix("test_")
        if (folders and folders[0] in NO_STAGE) or (not folders and tested in WHOLE):
            continue
        # tests/render/test_render.py is about what benchbox/render/__init__.py makes of all its files.
        module = CORE.joinpath(*folders, f"{tested}.py")
        if not module.is_file() and folders != [tested]:
            strangers.append(str(file.relative_to(REPOSITORY)))
    assert strangers == []


def test_every_module_has_a_test_file_of_its_own_name() -> None:
    modules = {file.relative_to(CORE) for file in CORE.rglob("*.py") if file.stem != "__init__"}
    without = {
        str(module)
        for module in modules
        if not (REPOSITORY / "tests" / module.with_name(f"test_{module.name}")).is_file()
    }
    assert without == UNTESTED.keys()


def test_no_two_tests_of_a_folder_have_one_name() -> None:
    places: dict[tuple[Path, str], list[str]] = {}
    for file in (REPOSITORY / "tests").rglob("test_*.py"):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                places.setdefault((file.parent, node.name), []).append(file.name)
    assert {name: files for (_, name), files in places.items() if len(files) > 1} == {}


def test_no_test_knows_a_private_name() -> None:
    known = {}
    for file in sorted((REPOSITORY / "tests").rglob("*.py")):
        if file.relative_to(REPOSITORY / "tests").parts[0] not in NO_RULE and (found := private(file)):
            known[str(file.relative_to(REPOSITORY))] = found
    assert known == {}


def private(file: Path) -> set[str]:
    """Return the private names that a file imports, reads from something other than itself, or replaces."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute):
            if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
                found.add(node.attr)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "setattr":
            found |= {
                text.value
                for text in node.args
                if isinstance(text, ast.Constant) and isinstance(text.value, str)
            }
    return {name for name in found if name.startswith("_") and not name.endswith("_")}


def test_what_ci_runs_with_is_within_the_declared_ranges() -> None:
    pins = dict(
        line.split("==") for line in (REPOSITORY / ".ci/constraints.txt").read_text().split() if "==" in line
    )
    versions = {_distribution(name): version for name, version in pins.items()}
    extras = PROJECT["project"]["optional-dependencies"].values()
    for text in [*PROJECT["project"]["dependencies"], *chain.from_iterable(extras)]:
        requirement = Requirement(text)
        if requirement.name == PROJECT["project"]["name"]:
            continue  # an extra that is another one's former name
        assert requirement.specifier, f"{text}: from which version on?"
        assert versions[_distribution(text)] in requirement.specifier, text
