"""Denoisers that were trained: what `benchbox run` and `benchbox train` leave, to be used again."""

from pathlib import Path
from typing import TYPE_CHECKING

from benchbox.interfaces import Denoiser

if TYPE_CHECKING:
    from benchbox.registry.discovery import Registry


def load_trained(path: str | Path) -> Denoiser:
    """Return the denoiser that was trained in a folder, wherever that was copied to since.

    Args:
        path: what `benchbox train` wrote, or RUN/systems/LABEL with the label of the table.

    Raises:
        BadRun: the folder holds no finished training.
        Damaged: it is not what the training left.
        UnknownName, BadOption: its plugin is not installed here, or does not know its options.
    """
    from benchbox.systems.system import load_system

    return load_system(Path(path), _registry())


def trained_identity(path: str | Path) -> str:
    """Return what decides the estimates of the denoiser in a folder: its options, code and weights.

    Raises:
        BadRun, Damaged, UnknownName: as `load_trained`.
    """
    import hashlib

    from benchbox.registry.specs import parse_spec
    from benchbox.systems.digests import file_digests
    from benchbox.systems.system import find_trained, read_trained

    folder = find_trained(Path(path))
    trained = read_trained(folder)
    code = _registry().find("denoisers", parse_spec(trained.spec).name).identity
    # Earlier versions of benchbox kept no digests.
    files = trained.files or file_digests(folder)
    text = f"{code} {trained.spec} {sorted(files.items())}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def seen_in_training(path: str | Path) -> list[Path]:
    """Return the file with fingerprints of what the denoiser in a folder was trained on, if it has one.

    Raises:
        BadRun: the folder holds no finished training.
    """
    from benchbox.checks.trained_on import FILE
    from benchbox.systems.system import find_trained

    file = find_trained(Path(path)) / FILE
    # Earlier versions of benchbox kept none.
    return [file] if file.is_file() else []


def _registry() -> "Registry":
    from benchbox.registry.discovery import discover

    return discover()
