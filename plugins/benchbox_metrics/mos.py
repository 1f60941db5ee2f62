"""The models of the speechmos wheel: where they lie, and one thread to run them on."""

from functools import lru_cache
from hashlib import file_digest
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchbox.errors import BadOption, MissingExtra

RATE = 16000
"""What all of these models listen at, Hz."""


def model_file(metric: str, name: str, given: Path | None = None) -> Path:
    """Return the file of a model: the given one, or that which the package speechmos brings.

    The package itself is not imported: it would want librosa, which the model does not.

    Raises:
        MissingExtra: a package is not installed.
        BadOption: the given file does not exist.
    """
    if find_spec("onnxruntime") is None:
        raise MissingExtra(f"{metric} needs the package onnxruntime: pip install 'benchbox-speech[mos]'")
    if given is not None:
        if not given.expanduser().is_file():
            raise BadOption(f"{metric}: {given} does not exist: leave model out to use that of speechmos")
        return given.expanduser()
    found = find_spec("speechmos")
    if found is None or found.origin is None:
        raise MissingExtra(
            f"{metric} needs the models in the package speechmos: pip install 'benchbox-speech[mos]'"
        )
    return Path(found.origin).parent / name


def model_identity(model: Path) -> dict[str, str]:
    """Say which model and which library give the numbers."""
    with model.open("rb") as content:
        digest = file_digest(content, "sha256").hexdigest()[:16]
    return {"library": f"onnxruntime {version('onnxruntime')}", "model": digest}


def resampled(name: str, sample_rate: int) -> str:
    """Return what a measure is called where audio of this rate is resampled to that of the model."""
    return name if sample_rate == RATE else f"{name}_16k"


def session(model: Path) -> Any:
    """Return a model, ready to run on one thread; loaded once a process, and again where the file changed."""
    state = model.stat()
    return _session(model, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _session(model: Path, modified: int, size: int) -> Any:
    onnxruntime = import_module("onnxruntime")  # optional: type checkers need not find it
    one_thread = onnxruntime.SessionOptions()
    one_thread.intra_op_num_threads = one_thread.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, one_thread, providers=["CPUExecutionProvider"])
