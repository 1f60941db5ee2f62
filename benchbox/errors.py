"""What can go wrong, as one tree; the command line is the only place that catches it.

BenchboxError                 one line for the user: the bad value, the valid ones, the next step
├── UnknownName               no plugin of that name is installed
├── BadOption                 a plugin option with a wrong name, type or range
│   └── MissingExtra          a plugin that needs an optional package which is not installed
├── BadSuite                  a suite file or a flag that cannot be run
├── BadAudio                  a file or signal that cannot be used: missing, empty, stereo, NaN ...
├── BadCorpus                 a corpus that cannot be reached or has no such split
├── BadRun                    a run folder that is missing, unfinished or holds something else
├── BadPlugin                 a plugin that breaks the contract
└── Unscorable                a score that is undefined for this clip; becomes a failed row, never a number
"""

from collections.abc import Iterable
from difflib import get_close_matches


class BenchboxError(Exception):
    """Say in one line what is wrong, what would be right and what to do next."""


class UnknownName(BenchboxError):
    """Name what does not exist, the nearest thing that does, and everything that does."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no {kind} {name!r}{did_you_mean(name, known)}")


class BadOption(BenchboxError):
    pass


class MissingExtra(BadOption):
    pass


class BadSuite(BenchboxError):
    pass


class BadAudio(BenchboxError):
    pass


class BadCorpus(BenchboxError):
    pass


class BadRun(BenchboxError):
    pass


class BadPlugin(BenchboxError):
    pass


class Unscorable(BenchboxError):
    pass


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'? valid: x, y" for an error message.

    >>> did_you_mean("peqs", ["pesq", "stoi"])
    "; did you mean 'pesq'? valid: pesq, stoi"
    """
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ";"
    return f"{hint} valid: {', '.join(names) or 'none'}"
