"""`benchbox list` and `benchbox info`."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Command = Callable[..., Any]


def test_list_gives_json_of_one_kind(benchbox: Command) -> None:
    listed = json.loads(benchbox("list", "denoisers", "--format", "json").out)
    assert {"noisy", "spectral_sub", "vqunet"} <= {plugin["name"] for plugin in listed}
    assert all(plugin["summary"] and plugin["kind"] == "denoisers" for plugin in listed)


def test_list_shows_every_kind_for_people(benchbox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    lines = [line.split() for line in benchbox("list").out.splitlines()]
    shown = {(line[0], line[1]) for line in lines if len(line) > 2}
    assert {("denoiser", "wiener"), ("noise", "white"), ("metric", "si_sdr"), ("corpus", "spoken")} <= shown


def test_info_explains_options(benchbox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = benchbox("info", "vqunet").out
    for word in ("channels", "preset", "'fast'", "width of the first stage"):
        assert word in text
    assert "did you mean 'vqunet'" in benchbox("info", "vqnet").refusal
