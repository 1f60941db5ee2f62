"""`benchbox run` as a user meets it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PLUGINS = """
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Denoiser
from benchbox.testing import FakeCorpus

class Half(Denoiser):
    def denoise(self, noisy, sample_rate):
        return 0.5 * noisy

class Silent(Denoiser):
    def denoise(self, noisy, sample_rate):
        return 0.0 * noisy

@hookimpl
def register_denoisers(register):
    register("half", Half)
    register("silent", Silent)

@hookimpl
def register_corpora(register):
    register("fake", FakeCorpus)
"""


@pytest.mark.parametrize(
    ("denoiser", "flags", "code"),
    [("half", ["--strict"], 0), ("silent", [], 0), ("silent", ["--strict"], 1)],
)
def test_strict_fails_where_a_score_failed(
    denoiser: str,
    flags: list[str],
    code: int,
    install_plugin: Callable[[str, str], None],
    tmp_path: Path,
    benchbox: Callable[..., Any],
) -> None:
    install_plugin("fakes", PLUGINS)
    suite = ("--corpus", "fake", "--noises", "white", "--snrs=5", "--metrics", "si_sdr", "--limit", "2")
    done = benchbox(
        "run",
        "--denoisers",
        denoiser,
        *suite,
        "--examples",
        "0",
        "-j",
        "1",
        "--output",
        tmp_path / "run",
        *flags,
    )
    assert done.code == code, done.out + done.err
    assert denoiser in done.out  # the table is printed all the same
    assert ("2 of 4 scores failed (--strict)" in done.err) == (code == 1)
