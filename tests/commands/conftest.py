"""The command line in this process: as a user meets it, exit code and both streams, without the start-up."""

import sys
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import pytest

from benchbox import cli


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """Return the one line of a user error, after a check that it is one."""
        assert self.code == 2, self.out + self.err
        [line] = self.err.strip().splitlines()
        return line


Benchbox: TypeAlias = Callable[..., Done]


@pytest.fixture
def benchbox(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Benchbox:
    def call(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["benchbox", *map(str, arguments)])
        # As the installed script, also where the tests run as `python -m pytest`: completion asks for it.
        monkeypatch.setattr(sys.modules["__main__"], "__package__", None)
        capsys.readouterr()
        try:
            cli.main()
            code: object = 0
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        assert isinstance(code, int)
        return Done(code, out, err)

    return call
