"""Files that another machine lacks: listed by content, cut into pieces, put together again there."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchbox.files import atomic

PIECE = 4 * 2**20
"""Bytes a message: dask warns above 10 MB, and a scheduler holds all that are on their way."""


@dataclass(frozen=True)
class Tree:
    """A file, or the files below a folder."""

    name: str
    """Of the file or folder itself."""
    files: Mapping[str, str]
    """Path below the parent of `name` -> SHA-256."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr((self.name, sorted(self.files.items()))).encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Piece:
    """A part of a file."""

    name: str
    offset: int
    content: bytes
    digest: str = ""
    """SHA-256 of the whole file, with its last piece."""


def tree_of(path: Path) -> Tree:
    """Return what lies at a path, hidden files left out; no files where nothing does."""
    path = path.expanduser().absolute()
    found = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    names = {file: file.relative_to(path.parent).as_posix() for file in found}
    return Tree(
        path.name,
        {
            name: _digest(file)
            for file, name in names.items()
            if not any(part.startswith(".") for part in Path(name).parts[1:])
        },
    )


def lacking(folder: Path, tree: Tree) -> list[str]:
    """Return the files of a tree that do not lie in a folder."""
    return [name for name in tree.files if not (folder / name).is_file()]


def pieces(parent: Path, tree: Tree, names: Iterable[str]) -> Iterator[list[Piece]]:
    """Give files of a tree, which lies in `parent`, in messages of about `PIECE` bytes."""
    message: list[Piece] = []
    size = 0
    for name in names:
        with (parent / name).open("rb") as file:
            offset, content = 0, file.read(PIECE)
            while True:
                following = file.read(PIECE)
                message.append(Piece(name, offset, content, "" if following else tree.files[name]))
                offset, size = offset + len(content), size + len(content)
                if size >= PIECE:
                    yield message
                    message, size = [], 0
                if not following:
                    break
                content = following
    if message:
        yield message


def put(folder: Path, message: Iterable[Piece]) -> None:
    """Write pieces below a folder; a file is in place once it is whole and what it was."""
    for piece in message:
        target = folder / piece.name
        partial = target.with_name(f".{target.name}.part")
        partial.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("r+b" if piece.offset and partial.exists() else "wb") as file:
            file.seek(piece.offset)
            file.write(piece.content)
        if piece.digest and _digest(partial) == piece.digest:
            partial.replace(target)


def read_files(folder: Path, leave_out: str) -> dict[str, bytes]:
    """Return path below a folder -> content; hidden files and those called `leave_out` are left out."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != leave_out and not file.name.startswith(".")
    }


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder that holds these files, all of them or none."""
    with atomic(folder) as temporary:
        for name, content in files.items():
            file = temporary / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
