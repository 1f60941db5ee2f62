"""The registry of a command, with a warning line for each plugin or name that is left out."""

import sys
from typing import TYPE_CHECKING

from benchbox.errors import one_line

if TYPE_CHECKING:
    from benchbox.registry.discovery import Registry


def installed() -> "Registry":
    """Return what is installed; say on stderr what cannot be used, and why."""
    from benchbox.registry.discovery import discover

    registry = discover()
    for warning in registry.warnings:
        print(f"warning: {one_line(warning)}", file=sys.stderr)
    return registry
