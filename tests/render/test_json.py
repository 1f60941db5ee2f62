"""A table as JSON."""

import json

from benchbox.render import render
from tests.render.shapes import (
    GROUPED,
    NOTES,
)


def test_json_is_strict_and_complete() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    content = json.loads(render(GROUPED, "json"), parse_constant=refuse)
    assert content["schema"] == 1
    assert content["rows"][4]["group"] == {"noise": "car", "snr": None}
    assert content["rows"][1]["cells"]["pesq_nb"]["mean"] == {
        "mean": 2.4321,
        "low": 2.4321 - 0.06,
        "high": 2.4321 + 0.06,
    }
    assert content["notes"] == list(NOTES)
