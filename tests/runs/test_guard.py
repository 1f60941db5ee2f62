"""What a plugin changes of its process is put back before the next one runs."""

import json
import locale
import os
import random
import signal
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchbox.runs.guard import Guard

CHANGES: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "folder": (lambda: os.chdir("/"), Path.cwd),
    "environment": (lambda: os.environ.update(LANGUAGE="x"), lambda: os.environ.get("LANGUAGE")),
    "locale": (lambda: locale.setlocale(locale.LC_ALL, "C"), lambda: locale.setlocale(locale.LC_ALL)),
    "a signal": (
        lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN),
        lambda: signal.getsignal(signal.SIGTERM),
    ),
    "a stream": (lambda: setattr(sys, "stdout", None), lambda: sys.stdout),
    "warnings": (lambda: warnings.simplefilter("ignore"), lambda: list(warnings.filters)),
    "numpy's errors": (lambda: np.seterr(all="raise"), np.geterr),
    "random numbers": (random.random, random.getstate),
    "numpy's random numbers": (
        lambda: np.random.rand(),  # noqa: NPY002
        lambda: np.random.get_state(legacy=False)["state"]["key"].tobytes(),  # noqa: NPY002
    ),
    "a function": (lambda: setattr(np, "sum", max), lambda: np.sum),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_is_as_before(what: str) -> None:
    change, state = CHANGES[what]
    guard = Guard()
    before = state()
    change()
    changed = state()
    guard.restore()
    assert state() == before
    if what != "locale":  # where the tests run with the locale C, there is nothing to change
        assert changed != before


def test_descriptors_that_were_closed_are_open_again(tmp_path: Path) -> None:
    with (tmp_path / "said").open("w") as file:
        kept = os.dup(1)
        try:
            os.dup2(file.fileno(), 1)
            guard = Guard()
            os.close(1)
            guard.restore()
            os.write(1, b"heard")
        finally:
            os.dup2(kept, 1)
            os.close(kept)
    assert (tmp_path / "said").read_text() == "heard"


def test_a_timer_is_stopped() -> None:
    # pytest-timeout has one.
    others = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        guard = Guard()
        signal.setitimer(signal.ITIMER_REAL, 1000)
        guard.restore()
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, *others)


def test_a_module_that_is_not_shared_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard()
    monkeypatch.setattr(json, "dumps", time.time)
    guard.restore()
    assert vars(json)["dumps"] is time.time


def test_torch_is_put_back_once_it_is_there() -> None:
    torch = pytest.importorskip("torch")
    guard = Guard()
    before = (torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_rng_state().tolist())
    torch.set_grad_enabled(not before[0])
    torch.set_default_dtype(torch.float64)
    torch.rand(3)
    guard.restore()
    assert (torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_rng_state().tolist()) == before
