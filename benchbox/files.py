"""Files that are whole or not there at all: atomic writes that last, strict JSON with a checksum."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from uuid import uuid4

from benchbox.errors import BadRun, BenchboxError, Damaged

Record = TypeVar("Record")

if TYPE_CHECKING:
    from pydantic import TypeAdapter


CHECKSUM = "sha256"
"""Last key of a JSON file: a digest of all that stands before it."""


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a path beside `path`, for a file or a folder, and put it in place only when the block succeeds.

    What is in place then is on the disk, too: a machine that loses power keeps either this or what was there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        yield temporary
        sync(temporary)
        temporary.replace(path)
        # The name is part of the folder.
        _sync(path.parent)
    except BaseException:
        with suppress(OSError):  # What went wrong first is what is told.
            shutil.rmtree(temporary) if temporary.is_dir() else temporary.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Have a file, or a folder with everything in it, written to the disk itself."""
    if path.is_dir():
        for each in path.iterdir():
            sync(each)
    _sync(path)


def _sync(path: Path) -> None:
    if os.name == "nt":  # it opens no folder, and syncs no file that is open for reading
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_unfinished(folder: Path) -> None:
    """Delete what `atomic` leaves in a folder when its process is killed; nobody may be writing there."""
    for each in folder.glob(".*.????????"):
        shutil.rmtree(each) if each.is_dir() else each.unlink(missing_ok=True)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write strict JSON, null for NaN and Infinity, and a checksum as its last key."""
    with atomic(path) as temporary:
        temporary.write_text(_text({**content, CHECKSUM: checksum(content)}) + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object, and check its checksum where it has one.

    Raises:
        BadRun: the file is missing or cannot be read.
        Damaged: it holds something else than was written.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise BadRun(f"{path} cannot be read: {error.strerror or error}") from None
    try:
        content = json.loads(text.decode(), parse_constant=_no_number, parse_float=_finite, parse_int=_whole)
        if not isinstance(content, dict):
            raise ValueError("it holds no JSON object")
        if b"\\ud" in text.lower():
            _text(content).encode()  # Half a pair of surrogates is no text: UnicodeEncodeError.
        # Earlier versions of benchbox wrote none.
        if CHECKSUM in content and content.pop(CHECKSUM) != checksum(content):
            raise ValueError("its content and its checksum differ")
    except (ValueError, RecursionError) as error:
        raise Damaged(f"{path} is damaged: {error}") from None
    return content


def write_sealed(path: Path, content: bytes) -> None:
    """Write bytes with their checksum before them."""
    with atomic(path) as temporary:
        temporary.write_bytes(_seal(content) + content)


def read_sealed(path: Path) -> bytes:
    """Return what `write_sealed` wrote.

    Raises:
        Damaged: it is something else.
        OSError: the file cannot be read.
    """
    whole = path.read_bytes()
    length = len(_seal(b""))
    if whole[:length] != _seal(whole[length:]):
        raise Damaged(f"{path} is damaged: its content and its checksum differ")
    return whole[length:]


def _seal(content: bytes) -> bytes:
    return f"{CHECKSUM} {hashlib.sha256(content).hexdigest()}\n".encode()


def checksum(content: Mapping[str, Any]) -> str:
    """Return a digest of what a JSON object holds, however it is laid out."""
    return hashlib.sha256(_text(content).encode(errors="surrogatepass")).hexdigest()


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)


def as_record(content: Any, kind: type[Record], path: Path) -> Record:
    """Return what JSON holds as a dataclass, nested ones included; keys that it does not know are left out.

    Raises:
        Damaged: a field is missing or of another type; `path` says where it was read.
    """
    from pydantic import ValidationError

    try:
        record: Record = _adapter(kind).validate_python(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Damaged(f"{path} is damaged: {place}: {first['msg'].lower()}") from None
    except BenchboxError as error:
        raise Damaged(f"{path} is damaged: {error}") from None
    return record


def from_record(record: Any) -> dict[str, Any]:
    """Return a dataclass as what JSON can hold."""
    content: dict[str, Any] = _adapter(type(record)).dump_python(record, mode="json")
    return content


def _adapter(kind: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _whole(text: str) -> int:
    value = int(text)
    return value if abs(value) < 2**63 else _no_number(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is no number that benchbox writes")


def _finite(text: str) -> float:
    value = float(text)
    return value if isfinite(value) else _no_number(text)
