"""`benchbox check` as a user meets it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_the_command_says_what_holds_and_exits_with_1_where_something_does_not(
    benchbox: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "6 hold, 0 do not" in benchbox("check", "white").out
    Path("loud.py").write_text(
        "from benchbox.testing import FakeNoise\n"
        "class Mute(FakeNoise):\n"
        "    def sample(self, length, sample_rate, rng):\n"
        "        return 0 * super().sample(length, sample_rate, rng)\n"
    )
    done = benchbox("check", "loud.py:Mute")
    assert done.code == 1
    assert "fails   is not silent: AssertionError: all samples of the noise are 0" in done.out
