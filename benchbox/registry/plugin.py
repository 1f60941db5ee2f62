"""Plugin: one registered name and the factory behind it."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pluggy

from benchbox.errors import BadPlugin, BenchboxError
from benchbox.registry.identity import source_digest

DISTRIBUTION = "benchbox-speech"
"""The distribution that this package and the first-party plugins belong to; `benchbox` is another one."""
SINGULAR = {"denoisers": "denoiser", "noises": "noise", "metrics": "metric", "corpora": "corpus"}
"""Kind of plugin -> the word for one of them, in the order users meet them."""


@dataclass(frozen=True)
class Plugin:
    """One registered name and the factory behind it."""

    kind: str
    name: str
    factory: Callable[..., Any]
    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{SINGULAR[self.kind]} {self.name!r} of {self.distribution}"

    @property
    def identity(self) -> str:
        """Name the code that will run: distribution, version and a digest of the source.

        The digest is there for the author who edits a denoiser without raising its version: stale rows
        would hide the very change the benchmark is to measure.
        """
        return f"{self.distribution} {self.version} {self.name} {source_digest(self.factory)}"

    def make(self, options: Mapping[str, Any]) -> Any:
        """Call the factory.

        Raises:
            BadPlugin: the factory fails; says how. What it refuses by a BenchboxError comes through.
        """
        try:
            return self.factory(**options)
        except BenchboxError:
            raise
        # A constructor that calls sys.exit must not end the command as if all went well.
        except (Exception, SystemExit) as error:
            raise BadPlugin(f"{self} cannot be built: {why_failed(error)}") from error


def why_failed(error: BaseException, module: str = "") -> str:
    """Say in one line what a plugin's code raised; `module` is its own, which it cannot lack."""
    if isinstance(error, BadPlugin):
        return str(error)
    return _missing_module(error, module) or _told(error)


def _missing_module(error: BaseException, module: str) -> str | None:
    """Say which installable module is missing, if that is what the error is; a plugin's own ones are not."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return None
    needed = error.name.partition(".")[0]
    if needed == module.partition(".")[0] or _importable(needed):
        return None
    return f"it needs the module {needed!r}, which is not installed: pip install {needed}"


def _told(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # Of what pluggy says about a wrong signature, the last line tells.
    kept = lines if isinstance(error, pluggy.PluginValidationError) else lines[:1]
    return ": ".join([type(error).__name__, *(["; ".join(kept)] if kept else [])])


def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    # Its entry in sys.modules says that it is not to be found.
    except ValueError:
        return False
