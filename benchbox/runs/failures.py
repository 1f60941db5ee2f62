"""Tracebacks of what failed, one file a system below the run folder's failures/: for the plugin's author."""

import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchbox.runs.sounds import file_name

_MOST = 10
"""Different reasons kept of one system; a broken one may have hundreds."""


class Failures:
    """Writes each reason once, with the first traceback that it came with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: defaultdict[str, set[str]] = defaultdict(set)
        # What failed before is tried again, and told again if it still fails.
        shutil.rmtree(folder, ignore_errors=True)

    def keep(self, system: str, tracebacks: Mapping[str, str]) -> None:
        """Add what failed of a system: reason -> traceback."""
        known = self._known[system]
        for reason, text in tracebacks.items():
            if reason in known or len(known) >= _MOST:
                continue
            known.add(reason)
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / f"{file_name(system)}.txt").open("a", errors="replace") as file:
                file.write(f"{system}: {reason}\n\n{text.rstrip()}\n\n")


def read_failures(folder: Path) -> Iterator[str]:
    """Give what is kept of each system."""
    for file in sorted(folder.glob("*.txt")):
        yield file.read_text(errors="replace")
