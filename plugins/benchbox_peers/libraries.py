"""Libraries that benchbox does without."""

from importlib.util import find_spec
from pathlib import Path

from benchbox.errors import MissingExtra


def locate(library: str, denoiser: str, *, wheels: str = "") -> Path:
    """Return the folder of an installed package without importing it.

    Args:
        wheels: the platforms that there is a wheel for, where it is not for all.

    Raises:
        MissingExtra: it is not installed; says what to install, and where that is to be had.
    """
    found = find_spec(library)
    if found is None or not found.submodule_search_locations:
        only = f" (wheels for {wheels})" if wheels else ""
        raise MissingExtra(
            f'{denoiser} needs the package {library}{only}: pip install "benchbox-speech[peers]"'
        )
    return Path(found.submodule_search_locations[0])
