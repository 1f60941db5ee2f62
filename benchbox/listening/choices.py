"""What listeners chose between two systems, in RUN/listening/abx and RUN/listening/preference."""

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchbox.errors import BadRun
from benchbox.listening.lines import append, read_lines
from benchbox.listening.ratings import listener_name


class Kind(enum.StrEnum):
    """A test of two systems at a time."""

    abx = "abx"
    preference = "preference"


KINDS = tuple(map(str, Kind))


@dataclass(frozen=True)
class Choice:
    """What a listener said of two systems on one mixture."""

    listener: str
    mixture: str
    pair: tuple[str, str]
    """The systems, in the order of their names."""
    said: str | None
    """ABX: the system that X was taken for. Preference: the better one; None: neither."""
    x: str | None = None
    """ABX: the system that X was."""
    number: int = 0
    """Which of the repeats of this mixture and these systems."""
    jobs: Mapping[str, str] = field(default_factory=dict)
    """System -> the key of the job that its sound was of: another version of it has another."""

    @property
    def question(self) -> tuple[str, tuple[str, str], int]:
        """Return what was asked: mixture, pair, repeat."""
        return self.mixture, self.pair, self.number

    def check(self, kind: Kind) -> None:
        """Raise BadRun where it is no answer to such a test."""
        if len({*self.pair}) != 2:
            raise BadRun(f"two systems are compared, not {' and '.join(self.pair):.80}")
        if kind is Kind.abx and not (self.said in self.pair and self.x in self.pair):
            raise BadRun(f"X is one of the two systems, not {self.said!r:.40}")
        if kind is Kind.preference and self.said not in (*self.pair, None):
            raise BadRun(f"one of the two systems is preferred, or neither, not {self.said!r:.40}")


def keep_choice(folder: Path, kind: Kind, choice: Choice) -> None:
    """Add a choice to its listener's file; it is on the disk when this returns.

    Args:
        folder: RUN/listening.

    Raises:
        BadRun: it is no answer to such a test.
    """
    choice.check(kind)
    append(folder / kind / f"{listener_name(choice.listener)}.jsonl", asdict(choice))


def read_choices(folder: Path, kind: Kind) -> list[Choice]:
    """Return what is kept; of what a listener answered twice, the last.

    Raises:
        BadRun: a file is damaged. A last line that was cut off by a kill is left out.
    """

    def choice(content: Any) -> Choice:
        one, other = map(str, content["pair"])
        said, x = (None if content[name] is None else str(content[name]) for name in ("said", "x"))
        jobs = {str(name): str(key) for name, key in content["jobs"].items()}
        names = (str(content["listener"]), str(content["mixture"]), (one, other))
        made = Choice(*names, said, x, int(content["number"]), jobs)
        made.check(kind)
        return made

    kept = read_lines(folder / kind, "choice", choice)
    return list({(each.listener, each.question): each for each in kept}.values())
