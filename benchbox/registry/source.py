"""One file of source: a digest of what it does, and what it imports."""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_IMPORTERS = frozenset({"import_module", "__import__"})
_LOADERS = frozenset({*_IMPORTERS, "exec", "spec_from_file_location", "run_path", "run_module"})
_UNSTABLE = frozenset({"ctx", "kind", "type_comment"})
"""Fields of a syntax tree that say nothing of what the program does."""


@dataclass(frozen=True)
class Source:
    """What the text of one module says."""

    digest: str
    imports: frozenset[str] = frozenset()
    """Modules, or names in modules: `from a import b` gives `a` and `a.b`."""
    computes_imports: bool = False
    """It loads code whose name the text does not tell."""


def read_source(file: Path, module: str, *, is_package: bool, keep_hooks: bool = False) -> Source:
    """Return what a file says; of one that is no Python source, the digest of its bytes alone.

    Args:
        keep_hooks: count functions marked with `@hookimpl` as well.
    """
    state = file.stat()
    return _read(file, state.st_mtime_ns, state.st_size, module, is_package, keep_hooks)


def file_digest(file: Path) -> str:
    """Return 12 hex digits for the bytes of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:12]


@lru_cache(maxsize=4096)
def _read(file: Path, modified: int, size: int, module: str, is_package: bool, keep_hooks: bool) -> Source:
    if file.suffix != ".py":
        return Source(file_digest(file))
    try:
        tree = _Bare(keep_hooks).visit(ast.parse(file.read_bytes()))
    except SyntaxError:
        return Source(file_digest(file))
    digest = hashlib.sha256("".join(_written(tree)).encode("utf-8", "backslashreplace")).hexdigest()[:12]
    package = module if is_package else module.rpartition(".")[0]
    imports: set[str] = set()
    computes = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _absolute("." * node.level + (node.module or ""), package)
            imports.update((origin, *(f"{origin}.{alias.name}" for alias in node.names)))
        elif isinstance(node, ast.Call) and _name(node.func) in _LOADERS:
            names = _constants(node.args[0]) if node.args and _name(node.func) in _IMPORTERS else []
            imports.update(_absolute(name, package) for name in names)
            computes = computes or not names
    return Source(digest, frozenset(imports), computes)


def _constants(node: ast.expr) -> list[str]:
    """Return the strings that `"a"` or `"a" if ... else "b"` may stand for."""
    if isinstance(node, ast.IfExp):
        return [*_constants(node.body), *_constants(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _absolute(name: str, package: str) -> str:
    """Return `.b` in the package `a` as `a.b`."""
    bare = name.lstrip(".")
    level = len(name) - len(bare)
    if not level:
        return name
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - level + 1], *([bare] if bare else [])])


class _Bare(ast.NodeTransformer):
    """Take away what does not run: docstrings, `pass`, hooks, imports for type checkers, descriptions."""

    def __init__(self, keep_hooks: bool) -> None:
        self.keep_hooks = keep_hooks

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Pass(self, node: ast.Pass) -> None:
        return None

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.AST]:
        if _name(node.test) == "TYPE_CHECKING":
            return [self.visit(statement) for statement in node.orelse]
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        marks = {_name(mark.func if isinstance(mark, ast.Call) else mark) for mark in node.decorator_list}
        return None if "hookimpl" in marks and not self.keep_hooks else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if _name(node.func) == "Field":
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "description"]
        return self.generic_visit(node)


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _written(node: Any) -> Iterator[str]:
    """Write a tree down without positions and empty fields, which differ between Python versions."""
    if isinstance(node, ast.AST):
        yield f"{type(node).__name__}("
        for name, value in ast.iter_fields(node):
            if name not in _UNSTABLE and value is not None and value != []:
                yield f"{name}="
                yield from _written(value)
        yield ")"
    elif isinstance(node, list):
        yield "["
        for item in node:
            yield from _written(item)
            yield ","
        yield "]"
    else:
        yield repr(node)
