"""Name some speech denoisers, get a leaderboard you can trust.

import benchbox

run = benchbox.run(benchbox.Suite(denoisers="vqunet,spectral_sub", noises="white", limit=20), jobs=2)
print(run.leaderboard())
run.scores  # a pandas DataFrame
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchbox.denoising.arrays import denoise
    from benchbox.errors import BenchboxError
    from benchbox.plan.suite import Suite
    from benchbox.runs.calling import run
    from benchbox.runs.folder import Run
    from benchbox.runs.scoring import score

__version__ = "0.1.0"
__all__ = ["BenchboxError", "Run", "Suite", "denoise", "run", "score"]

_HOMES = {
    "BenchboxError": "benchbox.errors",
    "Run": "benchbox.runs.folder",
    "Suite": "benchbox.plan.suite",
    "denoise": "benchbox.denoising.arrays",
    "run": "benchbox.runs.calling",
    "score": "benchbox.runs.scoring",
}


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


def __getattr__(name: str) -> Any:
    # Lazily: `benchbox --help` should not wait for pandas and torch.
    if name not in _HOMES:
        raise AttributeError(f"module 'benchbox' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
