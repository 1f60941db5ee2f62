"""What the shell offers for a plugin's name."""

import re
from collections.abc import Callable
from typing import Any

import pytest

Command = Callable[..., Any]


@pytest.mark.parametrize(
    ("words", "offers"),
    [
        ("run --denoisers vq", ["vqunet"]),
        ("run --denoisers=noisy,spec", ["noisy,spectral_sub"]),
        ("run --denoisers=spectral_sub(over=[2,3]),log", ["spectral_sub(over=[2,3]),log_mmse"]),
        ("run --denoisers=vqunet(pre", []),
        ("run --corpus sp", ["spoken"]),
        ("run --noises white,ba", ["white,babble"]),
        ("run --train-noises pi", ["pink"]),
        ("run --metrics pe", ["pesq"]),
        ("info spo", ["spoken"]),
        ("info si_", ["si_sdr"]),
        ("train log", ["log_mmse"]),
        ("denoise in.wav out.wav --denoiser log", ["log_mmse"]),
    ],
)
def test_the_shell_completes_the_names_of_plugins(
    benchbox: Command, monkeypatch: pytest.MonkeyPatch, words: str, offers: list[str]
) -> None:
    monkeypatch.setenv("_BENCHBOX_COMPLETE", "complete_zsh")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", f"benchbox {words}")
    assert re.findall(r'"([^"]+)"', benchbox().out) == offers
