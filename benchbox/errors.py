"""What can go wrong, as one tree; the command line is the only place that catches it.

BenchboxError                 one line for the user: the bad value, the valid ones, the next step
├── UnknownName               no plugin of that name is installed
├── BadOption                 a plugin option with a wrong name, type or range
│   └── MissingExtra          a plugin that needs an optional package which is not installed
├── BadSuite                  a suite file or a flag that cannot be run
├── BadAudio                  a file or signal that cannot be used: missing, empty, stereo, NaN ...
│   └── MissingAudio          a file that is not there just now: worth a retry
├── BadCorpus                 a corpus that cannot be reached or has no such split
├── BadRun                    a run folder that is missing, unfinished or holds something else
│   └── Damaged               a file of it that does not hold what was written
├── BadCluster                a cluster that cannot be reached, is lost, or has other plugins or data
├── BadPlugin                 a plugin that breaks the contract
└── Unscorable                a score that is undefined for this clip; becomes a failed row, never a number
"""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 2000
"""Characters of a line."""
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Controls, marks without a width or of direction, private ones, halves of pairs, ends of lines."""


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


class MissingAudio(BadAudio):
    pass


class BadCorpus(BenchboxError):
    pass


class BadRun(BenchboxError):
    pass


class Damaged(BadRun):
    pass


class BadCluster(BenchboxError):
    pass


class BadPlugin(BenchboxError):
    pass


class Unscorable(BenchboxError):
    pass


def one_line(text: str) -> str:
    """Return text as it may be shown: on one line, whatever cannot be seen written out, not endless.

    Names and messages come from files and plugins: a control character would drive the terminal, a mark of
    direction swaps what is read, and a byte of a file name that is no UTF-8 cannot be printed at all.

    >>> one_line("two\\nlines, \\x1b[31mred")
    'two lines, \\\\x1b[31mred'
    """
    lines = text.splitlines()
    if len(lines) > 1 or lines != [text]:
        text = " ".join(filter(None, map(str.strip, lines)))
    text = _shortened(text)
    return text if text.isascii() and text.isprintable() else _shortened("".join(map(_seen, text)))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} [...] {text[-_LONGEST // 2 :]}"


def _seen(character: str) -> str:
    if character == "\t":
        return " "
    if unicodedata.category(character) not in _HIDDEN:
        return character
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"  # the byte that it stands for
    return character.encode("unicode_escape").decode("ascii")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'? valid: x, y" for an error message.

    >>> did_you_mean("peqs", ["pesq", "stoi"])
    "; did you mean 'pesq'? valid: pesq, stoi"
    """
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ";"
    return f"{hint} valid: {', '.join(names) or 'none'}"
