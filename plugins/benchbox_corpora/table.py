"""Rows with encoded audio: a dataset of the Hugging Face hub, or parquet files with the same columns."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbox.errors import BadCorpus
from benchbox.records import Split

_PATIENCE_SECONDS = 5.0
"""How long the hub may take for its first answer."""


@dataclass(frozen=True)
class Shape:
    """What a corpus needs of a table."""

    corpus: str
    audio: tuple[str, ...]
    """Columns of encoded audio."""
    other: tuple[str, ...]
    """Further columns that it cannot do without."""
    instead: str
    """What to do where the table cannot be had."""


@dataclass(frozen=True)
class Part:
    """Which rows of a source are meant."""

    local: tuple[str, ...]
    """Patterns of parquet files below a local folder: the first that finds some counts."""
    split: Split = "train"
    """What the hub calls them."""
    config: str | None = None
    downloads_alone: bool = False
    """Do not download the other splits."""


def open_table(source: str, shape: Shape, part: Part) -> Any:
    """Return a memory-mapped `datasets.Dataset` with audio left encoded, so that torchcodec is not needed.

    Raises:
        BadCorpus: the source is missing, out of reach or has other columns.
    """
    path = Path(source).expanduser()
    if path.exists():
        table = _local(path, shape, part)
    elif source.startswith((".", "/", "~")) or source.count("/") > 1 or path.suffix == ".parquet":
        raise BadCorpus(
            f"{source} does not exist: {shape.corpus} takes a folder, a .parquet file or a dataset of the hub"
        )
    else:
        table = _from_hub(source, shape, part)
    missing = {*shape.audio, *shape.other} - set(table.column_names)
    if missing:
        raise BadCorpus(
            f"{source} has no column {' and no '.join(sorted(missing))}, which {shape.corpus} has: "
            f"its columns are {', '.join(table.column_names)}"
        )
    return _undecoded(table, source, shape)


def parquet_files(path: Path, patterns: Sequence[str]) -> list[Path]:
    """Return the file itself, or what the first fitting pattern finds in a folder."""
    if path.is_file():
        return [path]
    return next((found for pattern in patterns if (found := sorted(path.glob(pattern)))), [])


def _undecoded(table: Any, source: str, shape: Shape) -> Any:
    from datasets import Audio

    for column in shape.audio:
        with _failures_named(f"the column {column} of {source}", shape):
            table = table.cast_column(column, Audio(decode=False))
    return table


def _local(path: Path, shape: Shape, part: Part) -> Any:
    from datasets import load_dataset

    files = parquet_files(path, part.local)
    if not files:
        raise BadCorpus(
            f"no .parquet file in {path} ({' or '.join(part.local)}): give the folder that holds them"
        )
    with _failures_named(str(path), shape):
        return load_dataset("parquet", data_files=[str(file) for file in files], split="train")


def _from_hub(source: str, shape: Shape, part: Part) -> Any:
    from datasets import load_dataset

    holds_script = f"{source.rpartition('/')[2]}.py" in _files_on_hub(source, shape)
    if part.downloads_alone:
        return _local(_downloaded(source, shape, part), shape, part)
    with _failures_named(f"{source} ({part.config})", shape):
        if holds_script:
            # datasets 4 and later run no scripts; the hub keeps its own conversion of such datasets.
            return load_dataset(
                source, data_dir=part.config, revision="refs/convert/parquet", split=part.split
            )
        return load_dataset(source, part.config, split=part.split)


def _downloaded(source: str, shape: Shape, part: Part) -> Path:
    """Return the folder of the files of one split: `load_dataset` would download all of them."""
    from huggingface_hub import snapshot_download

    wanted = [pattern.replace("**/", "*") for pattern in part.local]  # here, * is also any folder
    with _failures_named(f"{source} ({part.split})", shape):
        folder = Path(snapshot_download(source, repo_type="dataset", allow_patterns=wanted))
    if not parquet_files(folder, part.local):
        raise BadCorpus(f"{source} has no {part.split} split ({' or '.join(part.local)}): {shape.instead}")
    return folder


def _files_on_hub(source: str, shape: Shape) -> list[str]:
    """Ask the hub what the dataset holds. `load_dataset` alone would retry for half a minute when offline."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError, OfflineModeIsEnabled, RepositoryNotFoundError

    hub = HfApi()
    try:
        siblings = hub.dataset_info(source, timeout=_PATIENCE_SECONDS).siblings
    except OfflineModeIsEnabled:
        return []  # HF_HUB_OFFLINE=1 asks for the copy that was downloaded before
    except (RepositoryNotFoundError, HFValidationError):
        raise BadCorpus(
            f"the hub at {hub.endpoint} has no dataset {source!r}, or hides it: {shape.instead}"
        ) from None
    except Exception as error:  # the hub's client lets its HTTP library's own errors through
        raise BadCorpus(
            f"the hub at {hub.endpoint} cannot be reached ({_one_line(error)}): {shape.instead}"
        ) from error
    return [sibling.rfilename for sibling in siblings or ()]


@contextmanager
def _failures_named(what: str, shape: Shape) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # `datasets` lets through errors of pyarrow, fsspec, the hub's client ...
        raise BadCorpus(f"{what} cannot be loaded ({_one_line(error)}): {shape.instead}") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
