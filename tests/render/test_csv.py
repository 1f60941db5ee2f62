"""A table as CSV."""

import csv
import json
from dataclasses import fields
from io import StringIO

from benchbox.records import Cost
from benchbox.render import render
from tests.render.shapes import (
    GROUPED,
    table,
    with_facts,
)


def test_csv_holds_full_precision_and_leaves_missing_fields_empty() -> None:
    rows = {row["system"]: row for row in csv.DictReader(StringIO(render(table(), "csv")))}
    assert float(rows["vqunet"]["pesq_nb"]) == 2.4321
    assert float(rows["vqunet"]["pesq_nb_low"]) == 2.4321 - 0.06
    assert float(rows["vqunet"]["nsr_delta"]) == 0.058 - 0.3
    assert rows["noisy"]["pesq_nb_delta"] == ""
    assert (rows["noisy"]["rank"], rows["vqunet"]["rank"]) == ("", "1")
    assert rows["oracle_mask"]["kind"] == "bound"
    (first, *_) = csv.DictReader(StringIO(render(GROUPED, "csv")))
    assert (first["noise"], first["snr"]) == ("white", "-5.0")


def test_csv_and_json_always_hold_the_output_and_the_training_and_costs_where_measured() -> None:
    (_, line, *_) = csv.DictReader(StringIO(render(table(), "csv")))
    assert [line[name] for name in ("delay_samples", "gain_db", "gain_db_half_range", "polarity")] == [
        "0.0",
        "-0.4",
        "0.2",
        "1.0",
    ]
    assert line["training_seconds"] == "480.0"
    assert "checkpoint_bytes" not in line
    (_, line, other, *_) = csv.DictReader(StringIO(render(with_facts(table()), "csv")))
    assert {field.name for field in fields(Cost)} < set(line)
    assert (line["checkpoint_bytes"], line["parameters"]) == ("2100000", "512345")
    assert other["macs_per_second_total"] == ""
    row = json.loads(render(with_facts(table()), "json"))["rows"][1]
    assert row["output"]["delay_samples"] == {"median": 160.0, "half_range": 0.0}
    assert row["output"]["polarity"] == -1.0
    assert row["cost"]["real_time_factor_p95"] == 0.0182
