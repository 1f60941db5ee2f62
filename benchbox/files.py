"""Files that are whole or not there at all: atomic writes, strict JSON."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from uuid import uuid4

from benchbox.errors import BadRun, BenchboxError

Record = TypeVar("Record")

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a path beside `path`, for a file or a folder, and put it in place only when the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        yield temporary
        temporary.replace(path)
    except BaseException:
        shutil.rmtree(temporary) if temporary.is_dir() else temporary.unlink(missing_ok=True)
        raise


def write_json(path: Path, content: Any) -> None:
    """Write strict JSON: null, never NaN or Infinity."""
    text = json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)
    with atomic(path) as temporary:
        temporary.write_text(text + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        BadRun: the file is missing or damaged.
    """
    try:
        content = json.loads(
            path.read_text(encoding="utf-8"), parse_constant=_no_number, parse_float=_finite, parse_int=_whole
        )
    except (OSError, ValueError, RecursionError) as error:
        raise BadRun(f"{path} cannot be read: {error}") from None
    if not isinstance(content, dict):
        raise BadRun(f"{path} cannot be read: it holds no JSON object")
    return content


def as_record(content: Any, kind: type[Record], path: Path) -> Record:
    """Return what JSON holds as a dataclass, nested ones included; keys that it does not know are left out.

    Raises:
        BadRun: a field is missing or of another type; `path` says where it was read.
    """
    from pydantic import ValidationError

    try:
        record: Record = _adapter(kind).validate_python(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BadRun(f"{path} is damaged: {place}: {first['msg'].lower()}") from None
    except BenchboxError as error:
        raise BadRun(f"{path} is damaged: {error}") from None
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
