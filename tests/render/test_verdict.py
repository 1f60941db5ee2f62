"""A verdict, in every format."""

import json
from dataclasses import replace

import pytest

from benchbox.gate.verdict import Verdict
from benchbox.render import VERDICT_FORMATS, render_verdict
from benchbox.render.verdict import Report
from benchbox.results.statistics import Interval
from tests.render.shapes import (
    shown,
    verdict,
)


def clean_verdict() -> Verdict:
    return Verdict((verdict().comparisons[2],), (), (), (), 0.05)


def test_a_verdict_names_what_became_worse_from_what_to_what() -> None:
    for name in ("rich", "markdown"):
        text = " ".join(render_verdict(verdict(), name).split())
        assert "1 regression, 3 new failures, 1 missing, 1 improvement in 3 comparisons" in text
        assert "vqunet, pesq_nb ↑: from 2.400 to 2.300, -0.100 [-0.130, -0.080] over 60 mixtures" in text
        assert "unet, stoi: 3 of 60 scores (estimate is silent)" in text
        assert "system wiener; the baseline has it (--allow-missing passes without)" in text
        assert "systems not in the baseline: gate" in text


def test_a_verdict_without_changes_is_short() -> None:
    for name in ("rich", "markdown"):
        text = render_verdict(clean_verdict(), name)
        assert "no change in 1 comparison" in text
        assert "1 of 1 comparisons are identical in every score" in text
        assert "|" not in text


def test_a_verdict_shows_a_condition_below_its_pool_where_it_tells_something_else() -> None:
    pool = replace(verdict().comparisons[0], after=2.4, delta=Interval(0.0, -0.01, 0.01), significant=False)
    worse = replace(verdict().comparisons[0], condition="white 0 dB")
    alike = replace(pool, condition="hum")
    made = Verdict((pool,), (), (), (), 0.05, conditions=(worse, alike))
    for name in ("rich", "markdown"):
        text = " ".join(render_verdict(made, name).split())
        assert "1 regression in 1 comparison and 2 of single conditions" in text
        assert "vqunet, pesq_nb ↑ in white 0 dB: from 2.400 to 2.300" in text
        assert "hum" not in text
    assert "in white 0 dB 2.400 → 2.300" in " ".join(render_verdict(made, "rich").split())
    assert len(json.loads(render_verdict(made, "json"))["conditions"]) == 2


def test_a_verdict_says_what_it_cannot_tell_and_how_bad_that_could_be() -> None:
    doubtful = replace(
        verdict().comparisons[0], delta=Interval(-0.1, -0.4, 0.2), significant=False, detectable=0.5
    )
    blind = replace(doubtful, delta=Interval(-0.1, None, None), condition="hum")
    for made, expected in (
        (
            Verdict((doubtful,), (), (), (), 0.05),
            "vqunet, pesq_nb ↑ may be worse by 0.400, where 0.05 is worth",
        ),
        (Verdict((), (), (), (), 0.05, (blind,)), "one speaker says nothing of vqunet, pesq_nb ↑ in hum"),
    ):
        text = " ".join(render_verdict(made, "markdown").split())
        assert "1 inconclusive in" in text
        assert expected in text
        assert "This passes; under --strict it fails" in text
        assert "Under --strict this fails" in render_verdict(replace(made, strict=True), "markdown")


def test_a_verdict_in_json_is_strict_and_says_the_exit_code() -> None:
    content = json.loads(render_verdict(verdict(), "json"))
    assert (content["schema"], content["exit_code"]) == (1, 1)
    assert [each["outcome"] for each in content["comparisons"]] == ["regression", "improvement", "unchanged"]
    assert content["comparisons"][1]["detectable"] is None
    assert content["new_failures"][0]["count"] == 3
    assert content["missing"] == ["system wiener"]


@pytest.mark.parametrize("width", [80, 120])
def test_a_verdict_fits_its_terminal(width: int) -> None:
    lines = shown(Report(verdict()), width).splitlines()
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)


def test_every_verdict_format_renders() -> None:
    assert all(render_verdict(verdict(), name).endswith("\n") for name in VERDICT_FORMATS)
