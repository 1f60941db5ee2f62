"""Files of a trained system as a stranger may send them: refused in one line, before memory is taken."""

import json
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import torch
from benchbox_unets.checkpoint import CONFIG, MODEL, save
from benchbox_unets.network import Network
from benchbox_unets.vqunet import VQUNet
from safetensors.torch import load_file, save_file

from benchbox.errors import BadRun

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(Network(VQUNet(channels=2, stages=1).config, 8000), tmp_path)
    return tmp_path


def change(folder: Path, **settings: Any) -> None:
    file = folder / CONFIG
    file.write_text(json.dumps({**json.loads(file.read_text()), **settings}))


def refused(folder: Path) -> str:
    with pytest.raises(BadRun) as caught:
        VQUNet().load(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_was_saved_is_loaded(folder: Path) -> None:
    VQUNet().load(folder)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"channels": 2**40}, "channels = 1099511627776, valid: 1 to 512"),
        ({"stages": 10**6}, "stages = 1000000, valid: 1 to 5"),
        ({"window": 2**62}, "window = 4611686018427387904, valid: 2 to 65536"),
        ({"codes": 2**50}, "codes = 1125899906842624, valid: 0 to 65536"),
        ({"hop": 0}, "hop = 0, valid: 1 to 65536"),
        ({"hop": 60_000}, "hop = 60000, valid: 1 to window, 512"),
        ({"piece_seconds": -1}, "piece_seconds = -1.0, valid: 0.01 to 3600"),
        ({"channels": 512, "stages": 5}, "weights, at most 1073741824 are read"),
        ({"codes": 60_000, "code_dim": 4096}, "config.json wants"),
        ({"channels": "many"}, "channels: input should be a valid integer"),
        ({"part": "all"}, "part: input should be"),
        ({"channels": 10**400}, "is no number that benchbox writes"),
    ],
)
def test_a_configuration_that_asks_for_too_much_is_refused(
    settings: dict[str, Any], says: str, folder: Path
) -> None:
    change(folder, **settings)
    tracemalloc.start()
    assert re.search(re.escape(says), refused(folder))
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_weights_that_are_missing_or_too_many_are_named(folder: Path) -> None:
    weights = load_file(folder / MODEL)
    save_file({**weights, "extra": torch.zeros(2)}, folder / MODEL)
    assert "extra has the shape [2] in model.safetensors, config.json wants none" in refused(folder)
    name, _ = weights.popitem()
    save_file(weights, folder / MODEL)
    assert f"{name} has the shape of nothing in model.safetensors" in refused(folder)


def test_what_torch_loads_is_weights_only_and_torch_is_one_where_that_is_safe() -> None:
    # CVE-2025-32434: before 2.6, weights_only=True ran code.
    assert '"torch>=2.6",' in (REPOSITORY / "pyproject.toml").read_text()
    for package in ("benchbox", "plugins", "benchmarks"):
        for file in (REPOSITORY / package).rglob("*.py"):
            for call in re.findall(r"torch\.load\((.*)", file.read_text()):
                assert "weights_only=True" in call, file
