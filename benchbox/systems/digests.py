"""What a training left in its folder is what is read later: each file's digest, kept in trained.json."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchbox.errors import Damaged

_BESIDE = frozenset({"trained.json", "training.json", "curve.csv", "state.pt"})
"""What decides no estimate, or has a checksum of its own."""


def file_digests(folder: Path) -> dict[str, str]:
    """Return path below `folder` -> SHA-256, of all that a denoiser may load again."""
    return {file.relative_to(folder).as_posix(): _digest(file) for file in _files(folder)}


def check_files(folder: Path, digests: Mapping[str, str]) -> None:
    """Check that a folder holds the files of which these are the digests; others may lie beside them.

    Raises:
        Damaged: one is gone or is not what was written.
    """
    for name, digest in digests.items():
        file = folder / name
        if not file.is_file():
            raise Damaged(f"{file} is gone")
        if _digest(file) != digest:
            raise Damaged(f"{file} is damaged: its content and its digest differ")


def _files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if file.is_file() and path.name not in _BESIDE and not path.name.startswith("."):
            yield file


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
