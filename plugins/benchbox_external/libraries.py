"""Libraries that benchbox does without."""

from importlib.util import find_spec
from pathlib import Path

from benchbox.errors import MissingExtra


def locate(library: str, denoiser: str) -> Path:
    """Return the folder of an installed package without importing it.

    Raises:
        MissingExtra: it is not installed; says what to install.
    """
    found = find_spec(library)
    if found is None or not found.submodule_search_locations:
        raise MissingExtra(f'{denoiser} needs the package {library}: pip install "benchbox-speech[external]"')
    return Path(found.submodule_search_locations[0])
