"""Files, folders and globs in, one output each out: which file becomes which, before anything is written."""

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from benchbox.denoising.blocks import CONTAINERS
from benchbox.errors import BadAudio

Pair: TypeAlias = tuple[Path, Path]
"""(source, target)"""

READ_ONLY = (".mp3",)
"""Suffixes of what is read and becomes WAV: writing it once more would lose more, and lengthen it."""
_VALID = ", ".join(CONTAINERS)


def pair(inputs: Sequence[str], output: str, *, force: bool = False) -> list[Pair]:
    """Return the (source, target) of every file to be denoised.

    One file goes to a file, or under its own name into a folder that exists or that `output` names by a
    trailing slash. A folder (searched throughout), a glob (`**` for any depth) or several inputs go into a
    folder, below which they keep their own sub-folders; whatever lies there already is no input.

    Raises:
        BadAudio: an input does not exist or matches nothing; a name does not end in a supported suffix; an
            output is an input, or exists and `force` is not given; two inputs would have one output.
    """
    for text in inputs:
        if not Path(text).expanduser().exists() and not glob.has_magic(text):
            raise BadAudio(f"{text} does not exist: check the path, relative ones start at {Path.cwd()}")
    into = Path(output).expanduser()
    folder = output.endswith("/") or into.is_dir()
    alone = len(inputs) == 1 and Path(inputs[0]).expanduser().is_file()
    if alone and not folder:
        source = Path(inputs[0]).expanduser()
        pairs = [(_readable(source), _supported(into))]
    else:
        if into.is_file() or (into.suffix.lower() in CONTAINERS and not folder):
            raise BadAudio(
                f"{output} names a file, but these inputs go into a folder: name one, such as clean/"
            )
        found = [(source, into / name) for text in inputs for source, name in _found(text, into)]
        pairs = [
            (source, target.with_suffix(".wav") if target.suffix.lower() in READ_ONLY else target)
            for source, target in found
        ]
    pairs = list(dict.fromkeys(pairs))
    _refuse_collisions(pairs)
    existing = [target for _, target in pairs if target.exists()]
    if existing and not force:
        which = f"{existing[0]} exists"
        if len(pairs) > 1:
            which = f"{len(existing)} of {len(pairs)} outputs exist, the first is {existing[0]}"
        raise BadAudio(f"{which}: --force overwrites, or choose another output")
    return pairs


def _found(text: str, into: Path) -> Iterator[tuple[Path, Path]]:
    """Find the files an input stands for, each with its name below the output folder."""
    path = Path(text).expanduser()
    if path.is_file():
        yield _readable(path), Path(path.name)
        return
    if path.is_dir():
        base, candidates = path, sorted(path.rglob("*"))
    else:
        base = Path(*_fixed_parts(path))
        matches = glob.glob(str(path), recursive=True)  # noqa: PTH207 - Path.glob refuses `**.wav`
        candidates = [Path(match) for match in sorted(matches)]
    outputs = None if into.resolve() == base.resolve() else into.resolve()
    sources = [
        file
        for file in candidates
        if file.is_file()
        and file.suffix.lower() in (*CONTAINERS, *READ_ONLY)
        and not any(part.startswith(".") for part in file.relative_to(base).parts)
        and (outputs is None or outputs not in file.resolve().parents)
    ]
    if not sources:
        where = f"in {text}" if path.is_dir() else f"matches {text!r}"
        raise BadAudio(f"no audio file {where}; supported: {_VALID}, {', '.join(READ_ONLY)}")
    for file in sources:
        yield file, file.relative_to(base)


def _fixed_parts(pattern: Path) -> Iterator[str]:
    """Return the folders of a glob before its first wildcard: names below them are kept."""
    for part in pattern.parts[:-1]:
        if glob.has_magic(part):
            return
        yield part


def untouched(inputs: Sequence[str], output: str, pairs: Sequence[Pair]) -> list[Path]:
    """Return what folders hold beside sources, outputs and hidden files."""
    into, sources = Path(output).expanduser().resolve(), {source for source, _ in pairs}
    targets = {target for _, target in pairs}
    return [
        file
        for folder in dict.fromkeys(Path(text).expanduser() for text in inputs)
        if folder.is_dir()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        and file not in sources
        and file not in targets
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
        and (into == folder.resolve() or into not in file.resolve().parents)
    ]


def _readable(path: Path) -> Path:
    return path if path.suffix.lower() in READ_ONLY else _supported(path)


def _supported(path: Path) -> Path:
    if path.suffix.lower() not in CONTAINERS:
        what = f"suffix {path.suffix!r}" if path.suffix else "name without a suffix"
        raise BadAudio(
            f"{path}: unsupported {what}; valid: {_VALID}, or for an output a folder such as clean/"
        )
    return path


def _refuse_collisions(pairs: Sequence[Pair]) -> None:
    """Refuse outputs that are inputs, by whatever name, and outputs that two inputs share."""
    identities = {(source.stat().st_dev, source.stat().st_ino): source for source, _ in pairs}
    owners: dict[Path, Path] = {}
    for source, target in pairs:
        if target.is_dir():
            raise BadAudio(f"{target} is a folder: choose another output for {source}")
        if target.exists():
            status = target.stat()
            if (status.st_dev, status.st_ino) in identities:
                raise BadAudio(
                    f"{target} is an input, and inputs are never overwritten: choose another output"
                )
        if target.is_symlink() or (target.exists() and not target.is_file()):
            raise BadAudio(f"{target} is no regular file, and is not replaced: choose another output")
        if owners.setdefault(target, source) != source:
            raise BadAudio(
                f"{owners[target]} and {source} would both become {target}: denoise them in two runs"
            )
