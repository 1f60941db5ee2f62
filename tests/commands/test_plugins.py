from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchbox.commands.plugins import installed

Command = Callable[..., Any]

BROKEN = "import a_module_that_is_not_there"
TAKEN = """
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Denoiser

class Mine(Denoiser):
    def denoise(self, noisy, sample_rate):
        return noisy

@hookimpl
def register_denoisers(register):
    register("mine", Mine)
    register("wiener", Mine)
"""
RUN = ["run", "--denoisers", "mine", "--noises", "white", "--snrs=5", "--metrics", "nsr", "--limit=1", "-j1"]


@pytest.mark.parametrize(
    "command",
    [
        ["list", "metrics"],
        ["info", "mine"],
        RUN,
        ["run", "--denoisers", "absent"],
        ["train", "spectral_sub", "--output", "trained"],
        ["denoise", "missing.wav", "out.wav", "--denoiser", "mine"],
    ],
)
def test_every_command_that_uses_plugins_tells_what_is_left_out(
    benchbox: Command,
    install_plugin: Callable[[str, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("missing.wav").write_bytes(b"no audio")
    install_plugin("wrecked", BROKEN)
    install_plugin("acme", TAKEN)
    done = benchbox(*command)
    warnings = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    assert warnings == [f"warning: {warning}" for warning in installed().warnings]
    assert len(warnings) == 2
    assert "plugin 'wrecked' is left out: it needs the module 'a_module_that_is_not_there'" in warnings[0]
    assert "denoiser 'wiener' of acme is left out: benchbox-speech has registered that name" in warnings[1]
    assert done.code == (0 if command in (RUN, ["list", "metrics"], ["info", "mine"]) else 2), done.err
