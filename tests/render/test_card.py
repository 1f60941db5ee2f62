import json
from dataclasses import replace

import yaml

from benchbox.leaderboard import leaderboard
from benchbox.render.card import card
from benchbox.runs.folder import Run


def test_a_card_holds_the_systems_numbers_and_front_matter_that_a_hub_reads(run: Run) -> None:
    results = run.results
    text = card(results, leaderboard(results), leaderboard(results, by=("noise", "snr")), "half")
    _, front, rest = text.split("---\n", 2)
    content = yaml.safe_load(front)
    (model,) = content["model-index"]
    assert model["name"] == "half"
    (result,) = model["results"]
    assert result["metrics"] == [{"type": "si_sdr", "value": 1.5}]
    assert content["pipeline_tag"] == "audio-to-audio"
    assert "| si_sdr ↑ (dB) | 1.5" in rest
    assert "| white 5 dB | 1.5 |" in rest
    assert "noisy" not in rest.partition("## By noise")[2].partition("##")[0]


def test_a_card_says_before_its_numbers_why_they_may_mislead(run: Run) -> None:
    results = replace(run.results, finished=False)
    text = card(results, leaderboard(results), leaderboard(results, by=("noise", "snr")), "noisy")
    head, _, rest = text.partition("## Results")
    assert "> UNFINISHED: " in head
    assert "UNFINISHED" not in rest
    assert "beside 1 other on" in head  # noisy is no system


def test_a_hostile_name_breaks_out_of_nothing(run: Run) -> None:
    name = 'a": [b]\n---\n<script>|`x'
    results = run.results

    def renamed(table: object) -> object:
        rows = [replace(row, system=name) for row in table.rows if row.system == "half"]  # type: ignore[attr-defined]
        return replace(table, rows=tuple(rows))  # type: ignore[type-var]

    text = card(
        results,
        renamed(leaderboard(results)),  # type: ignore[arg-type]
        renamed(leaderboard(results, by=("noise", "snr"))),  # type: ignore[arg-type]
        name,
    )
    front = text.split("---\n", 2)[1]
    assert yaml.safe_load(front)["model-index"][0]["name"] == name
    assert json.dumps(name) in front
    assert "<script>" not in text.replace(json.dumps(name), "").replace(r"\<script>", "")
