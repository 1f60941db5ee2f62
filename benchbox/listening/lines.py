"""A listener's file in RUN/listening: one line of JSON a trial, on the disk when it is given."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from benchbox.errors import BadRun

Record = TypeVar("Record")


def append(path: Path, content: Mapping[str, Any]) -> None:
    """Add a line to a file; it is on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(content, ensure_ascii=True)
    _end_line(path)
    with path.open("a", encoding="ascii") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def read_lines(folder: Path, what: str, make: Callable[[Any], Record]) -> Iterator[Record]:
    """Give what is kept in the files of a folder.

    Args:
        what: what a line is called where it is none.
        make: returns the record that the content of a line stands for, or raises.

    Raises:
        BadRun: a file is damaged. A last line that was cut off by a kill is left out.
    """
    for file in sorted(folder.glob("*.jsonl")):
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield make(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError, BadRun) as error:
                if number == len(lines):  # no end of line: it was cut off
                    break
                raise BadRun(f"{file}, line {number} is no {what}: {error}") from None


def _end_line(path: Path) -> None:
    """End a file's last line where it is whole, and drop it where a kill cut it off."""
    content = path.read_bytes() if path.exists() else b""
    whole, _, last = content.rpartition(b"\n")
    if not last:
        return
    try:
        json.loads(last)
    except ValueError:
        os.truncate(path, len(whole) + 1 if whole else 0)
    else:
        with path.open("ab") as file:
            file.write(b"\n")
