"""What others may import: `benchbox` itself, and the files at its top."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import benchbox
from benchbox import errors

PACKAGE = Path(benchbox.__file__).parent
PUBLIC = sorted(PACKAGE.glob("*.py"))


def test_all_is_sorted_whole_and_what_dir_shows() -> None:
    assert benchbox.__all__ == sorted(benchbox.__all__)
    assert dir(benchbox) == sorted([*benchbox.__all__, "__version__"])
    for name in benchbox.__all__:
        assert getattr(benchbox, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        benchbox.nothing  # noqa: B018


def test_importing_benchbox_imports_nothing_else_before_it_is_used() -> None:
    program = (
        "import sys; before = set(sys.modules); import benchbox; dir(benchbox);"
        "print([m for m in set(sys.modules) - before if m.startswith(('benchbox.', 'numpy', 'pandas'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_type_checkers_are_told_that_the_types_are_there() -> None:
    assert (PACKAGE / "py.typed").is_file()


@pytest.mark.parametrize("file", PUBLIC, ids=lambda file: file.stem)
def test_every_name_of_a_public_file_is_documented(file: Path) -> None:
    module = ast.parse(file.read_text())
    assert ast.get_docstring(module)
    if file.stem in ("__init__", "__main__", "cli"):
        return  # no plugin's business
    assert [name for name, documented in names(module) if not documented] == []


def names(module: ast.Module) -> Iterator[tuple[str, bool]]:
    """Yield the public names a module defines, and whether each is documented."""
    tree = ast.get_docstring(module) or ""
    for node, after in zip(module.body, [*module.body[1:], None], strict=True):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            # The tree of errors stands at the top of its file.
            found = [(node.name, bool(ast.get_docstring(node)) or f"─ {node.name} " in tree)]
        elif isinstance(node, ast.Assign | ast.AnnAssign) and "TypeVar(" not in ast.unparse(node):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            described = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            found = [(target.id, described) for target in targets if isinstance(target, ast.Name)]
        else:
            continue
        yield from ((name, documented) for name, documented in found if not name.startswith("_"))


def test_every_error_stands_in_the_tree_and_under_its_parent() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and kind is not Exception]
    raised = [kind for kind in kinds if issubclass(kind, errors.BenchboxError)]
    depths = {
        name: len(indent) // 4
        for indent, name in re.findall(r"^([│├└─ ]*)(\w+)  ", errors.__doc__ or "", re.M)
    }
    assert depths == {kind.__name__: kind.__mro__.index(errors.BenchboxError) for kind in raised}
