"""Where minds14's rows come from: the Hugging Face hub, or a folder or parquet file with the same columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchbox.errors import BadCorpus

_PATIENCE_SECONDS = 5.0
"""How long the hub may take for its first answer."""

_INSTEAD = "use --corpus spoken, or a local copy: --corpus 'minds14(source=PATH)'"


def open_table(source: str, config: str) -> Any:
    """Return a memory-mapped `datasets.Dataset` with audio left encoded, so that torchcodec is not needed.

    Raises:
        BadCorpus: the source is missing, out of reach or has other columns.
    """
    from datasets import Audio

    path = Path(source).expanduser()
    if path.exists():
        table = _local(path, config)
    elif source.startswith((".", "/", "~")) or source.count("/") > 1 or path.suffix == ".parquet":
        raise BadCorpus(
            f"{source} does not exist: minds14 takes a folder, a .parquet file or a dataset of the hub"
        )
    else:
        table = _from_hub(source, config)
    missing = {"path", "audio"} - set(table.column_names)
    if missing:
        raise BadCorpus(
            f"{source} has no column {' and no '.join(sorted(missing))}, which minds14 has: "
            f"its columns are {', '.join(table.column_names)}"
        )
    return table.cast_column("audio", Audio(decode=False))


def _local(path: Path, config: str) -> Any:
    from datasets import load_dataset

    files = [path] if path.is_file() else sorted((path / config).rglob("*.parquet"))
    files = files or sorted(path.glob("*.parquet"))
    if not files:
        raise BadCorpus(f"no .parquet file in {path / config} or {path}: give the folder that holds them")
    with _failures_named(str(path)):
        return load_dataset("parquet", data_files=[str(file) for file in files], split="train")


def _from_hub(source: str, config: str) -> Any:
    from datasets import load_dataset

    holds_script = f"{source.rpartition('/')[2]}.py" in _files_on_hub(source)
    with _failures_named(f"{source} ({config})"):
        if holds_script:
            # datasets 4 and later run no scripts; the hub keeps its own conversion of such datasets.
            return load_dataset(source, data_dir=config, revision="refs/convert/parquet", split="train")
        return load_dataset(source, config, split="train")


def _files_on_hub(source: str) -> list[str]:
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
            f"the hub at {hub.endpoint} has no dataset {source!r}, or hides it: {_INSTEAD}"
        ) from None
    except Exception as error:  # the hub's client lets its HTTP library's own errors through
        raise BadCorpus(
            f"the hub at {hub.endpoint} cannot be reached ({_one_line(error)}): {_INSTEAD}"
        ) from error
    return [sibling.rfilename for sibling in siblings or ()]


@contextmanager
def _failures_named(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # `datasets` lets through errors of pyarrow, fsspec, the hub's client ...
        raise BadCorpus(f"{what} cannot be loaded ({_one_line(error)}): {_INSTEAD}") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
