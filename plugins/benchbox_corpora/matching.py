"""Two sides of files -> pairs: by name, by a pattern, or by a list."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchbox.errors import BadCorpus
from benchbox.recordings import files_below, name_of

Side = Mapping[str, Path]
"""Name of an utterance -> its file."""


@dataclass(frozen=True)
class Pair:
    """One utterance: its files, None where one is missing, and what a table says of it."""

    id: str
    clean: Path | None
    noisy: Path | None
    facts: Mapping[str, str] = field(default_factory=dict)


def side(path: Path, pattern: str | None = None) -> Side:
    """Return the files of one side by name.

    Args:
        path: a folder, an audio file, or a list (.scp): a name and a path, relative to the list, a line.
        pattern: a regular expression; what its first group finds in a file's path is its name.

    Raises:
        BadCorpus: there are no such files, two of one name, or some that cannot be read.
    """
    if path.suffix == ".scp":
        return _listed(path)
    if path.is_file():
        return {name_of(path.stem): path}
    if not path.is_dir():
        raise BadCorpus(f"{path} does not exist: give a folder, an audio file or a list (.scp)")
    files = list(files_below(path))
    if not files:
        raise BadCorpus(f"no audio in {path}: give the folder that holds it")
    if pattern is not None:
        return _named(files, _by_pattern(pattern, path))
    return _named(files, lambda file: name_of(file.relative_to(path).with_suffix("").as_posix()))


def join(clean: Side, noisy: Side, where: tuple[Path, Path], *, matched: bool = False) -> list[Pair]:
    """Match two sides by name, or by the last part of it where that alone is the same.

    A name that only one side has becomes a pair with a missing file.

    Args:
        where: what the sides were read from, for errors.
        matched: names were given by a pattern or a list, and nothing but these count.

    Raises:
        BadCorpus: fewer than half of the names are on both sides: the wrong files would be compared.
    """
    if where[0].is_file() and where[1].is_file() and len(clean) == len(noisy) == 1 and not matched:
        ((name, one),), (other,) = clean.items(), noisy.values()
        return [Pair(name, one, other)]
    if not clean.keys() & noisy.keys() and not matched:
        clean, noisy = (_named(side.values(), lambda file: name_of(file.stem)) for side in (clean, noisy))
    both = clean.keys() & noisy.keys()
    if 2 * len(both) < max(len(clean), len(noisy)):
        raise BadCorpus(
            f"{len(both)} of {len(clean)} files in {where[0]} and {len(noisy)} in {where[1]} share a name "
            f"(the first are {_first(clean)} and {_first(noisy)}): check them, or give a pattern or a table"
        )
    return [Pair(name, clean.get(name), noisy.get(name)) for name in sorted({*clean, *noisy})]


def _first(side: Side) -> str:
    return min(side)


def read_rows(table: Path, wanted: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Return the rows of a CSV file.

    Args:
        wanted: sets of columns of which it must have one.

    Raises:
        BadCorpus: it cannot be read or has other columns.
    """
    try:
        with table.open(encoding="utf-8-sig", errors="replace", newline="") as text:
            rows = csv.DictReader(text)
            columns = list(rows.fieldnames or ())
            if not any(set(names) <= set(columns) for names in wanted):
                needed = " or ".join(" and ".join(names) for names in wanted)
                raise BadCorpus(f"{table} needs columns {needed} (it has {', '.join(columns) or 'none'})")
            return [{key: value or "" for key, value in row.items() if key} for row in rows]
    except (OSError, csv.Error) as error:
        raise BadCorpus(f"{table} cannot be read: {error}") from None


def _listed(path: Path) -> Side:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadCorpus(f"{path} cannot be read: {error}") from None
    named: dict[str, Path] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, _, file = line.strip().partition(" ")
        name, file = (name, file.strip()) if file else ("", "")
        if not file:
            raise BadCorpus(f"{path}, line {number}: wants a name and a path, got {line.strip()!r:.60}")
        if name in named:
            raise BadCorpus(f"{path}, line {number}: {name} is there twice; name each utterance once")
        named[name] = path.parent / file
    if not named:
        raise BadCorpus(f"{path} is empty: it wants a name and a path a line")
    return named


def _by_pattern(pattern: str, folder: Path) -> Callable[[Path], str]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise BadCorpus(f"pattern {pattern!r} is no regular expression: {error}") from None

    def name(file: Path) -> str:
        found = compiled.search(file.relative_to(folder).as_posix())
        name = found[1 if compiled.groups else 0] if found else None
        if not name:
            raise BadCorpus(f"pattern {pattern!r} finds nothing in {file.relative_to(folder)}")
        return name_of(name)

    return name


def _named(files: Iterable[Path], name: Callable[[Path], str]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for file in files:
        other = named.setdefault(name(file), file)
        if other is not file:
            raise BadCorpus(f"{other} and {file} have one name, {name(file)}: which of them is meant?")
    return named
