"""Where a command may write: files and folders, never in place of a device, a pipe or a link."""

from pathlib import Path

from benchbox.errors import BadRun


def output_file(path: Path | None) -> Path | None:
    """Return a path that is a regular file, or nothing yet.

    Raises:
        BadRun: it is something else, which writing would replace; or what should be its folder is no folder.
    """
    if path is None:
        return None
    if path.is_symlink():
        raise BadRun(f"{path} is a symbolic link: name the file itself, or another")
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "a device, a pipe or a socket"
        raise BadRun(f"{path} is {what}: name a file to write")
    output_folder(path.parent)
    return path


def output_folder(path: Path | None) -> Path | None:
    """Return a path that is a folder, also by way of a link, or that one can be made at.

    Raises:
        BadRun: it, or what lies above it, is something else.
    """
    if path is None:
        return None
    for place in (path, *path.parents):
        # A broken link counts as there: a folder cannot be made in its place.
        if place.is_dir():
            return path
        if place.exists() or place.is_symlink():
            what = "a broken link" if not place.exists() else "a file" if place.is_file() else "no folder"
            raise BadRun(f"{path}: {place} is {what}: name a folder, or a path where one can be made")
    return path
