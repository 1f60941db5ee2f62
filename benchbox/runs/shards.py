"""One shard of a run: a parquet file with the versions of the libraries that made it and a checksum."""

import hashlib
import json
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

from benchbox.errors import Damaged
from benchbox.files import atomic
from benchbox.registry.discovery import DISTRIBUTION

LIBRARIES = (DISTRIBUTION, "numpy", "scipy", "torch", "pesq", "pystoi", "soxr", "soundfile")
"""Those whose versions may move a score."""

_SEAL = re.compile(rb"(?<=sha256 of this file, but for these digits: )[0-9a-f]{64}")
_OPEN = b"0" * 64


@dataclass(frozen=True)
class Shard:
    """The rows of one job, and what is known of their making."""

    rows: pa.Table
    versions: Mapping[str, str]
    """Library -> its version; empty where an earlier version of benchbox wrote the shard."""
    sealed: bool
    """It has a checksum, which is right."""


def schema_of(record: type) -> pa.Schema:
    """Return the columns that hold records: a float or a text, either of them possibly missing."""
    kinds = get_type_hints(record).items()
    return pa.schema(
        [(name, pa.float64() if float in (kind, *get_args(kind)) else pa.string()) for name, kind in kinds]
    )


def write_shard(path: Path, rows: Sequence[Any], schema: pa.Schema) -> None:
    """Write records, the versions of the libraries here and now, and a checksum: same rows, same bytes."""
    _write(path, pa.Table.from_pylist([vars(row) for row in rows], schema=schema), library_versions())


def read_shard(path: Path, schema: pa.Schema) -> Shard:
    """Read a shard; columns that an earlier version of benchbox did not write are null.

    Raises:
        Damaged: it is not what was written.
        OSError: it is not there or cannot be read.
    """
    content = path.read_bytes()
    seal = _SEAL.search(content)
    # Before parquet sees it: what the bits of a bad file make of a reader in C++ is anybody's guess.
    if seal and seal[0] != _digest(content):
        raise Damaged(f"{path} is damaged: its content and its checksum differ")
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        rows = pq.read_table(pa.BufferReader(content), schema=schema)
        versions = json.loads((file.metadata.metadata or {}).get(b"versions", b"{}"))
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        told = " ".join(str(error).split())[:100]
        raise Damaged(f"{path} is damaged: {told or 'it is no parquet file'}") from None
    return Shard(rows, versions, seal is not None)


def seal_shard(path: Path, shard: Shard) -> None:
    """Give a shard of an earlier version of benchbox its checksum; its rows and their making stay."""
    _write(path, shard.rows, shard.versions)


def told_versions(shards: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Name the libraries that had more than one version where these shards were made."""
    for library in dict.fromkeys(name for versions in shards for name in versions):
        found = sorted({versions[library] for versions in shards if library in versions})
        if len(found) > 1:
            yield f"{library} {' and '.join(found)}"


def _write(path: Path, rows: pa.Table, versions: Mapping[str, str]) -> None:
    note = b"sha256 of this file, but for these digits: " + _OPEN
    facts = {b"checksum": note, b"versions": json.dumps(versions).encode()}
    buffer = pa.BufferOutputStream()
    pq.write_table(rows.replace_schema_metadata(facts), buffer)
    content = buffer.getvalue().to_pybytes()
    with atomic(path) as temporary:
        temporary.write_bytes(_SEAL.sub(_digest(content), content))


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(_SEAL.sub(_OPEN, content)).hexdigest().encode()


@cache
def library_versions() -> Mapping[str, str]:
    versions = {"python": platform.python_version()}
    for library in LIBRARIES:
        with suppress(PackageNotFoundError):  # torch, say, which spectral denoisers do without
            versions[library] = version(library)
    return versions
