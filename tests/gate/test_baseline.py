import json
import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchbox.errors import BadRun, Damaged
from benchbox.gate.baseline import five_digits, load_baseline, save_baseline
from benchbox.leaderboard import leaderboard
from benchbox.records import Measure
from benchbox.results.record import Results

MEASURES = (Measure("stoi", bounds=(0.0, 1.0)), Measure("si_sdr", "dB"))
IDENTITIES = {"stoi": {"library": "pystoi", "version": "0.4.1"}, "si_sdr": {}}


def results(clips: int = 3, systems: tuple[str, ...] = ("noisy", "a"), conditions: int = 1) -> Results:
    scores = pd.DataFrame(
        {
            "system": system,
            "noise": "white",
            "snr_db": math.nan if condition == 0 else 5.0 * condition,
            "utterance": f"u{clip:02}",
            "recording": f"r{clip // 2}",
            "speaker": None if clip else "s",
            "mixture": f"{condition:06x}{clip:06x}",
            "measure": measure.name,
            "value": 0.123456789 * (clip + 1) * (1 + len(system)),
            "status": "ok",
            "failure": None,
        }
        for condition in range(conditions)
        for clip in range(clips)
        for system in systems
        for measure in MEASURES
    )
    return Results(scores, MEASURES, identities=IDENTITIES)


def sorted_scores(results: Results) -> pd.DataFrame:
    columns = [
        "system",
        "mixture",
        "measure",
        "value",
        "noise",
        "snr_db",
        "utterance",
        "recording",
        "speaker",
    ]
    ordered = results.scores.sort_values(["system", "mixture", "measure"], ignore_index=True)
    return ordered[columns].astype({"speaker": object}).where(lambda frame: frame.notna(), None)


def test_a_saved_baseline_is_read_back_with_five_digits(tmp_path: Path) -> None:
    saved = results()
    save_baseline(saved, tmp_path / "baselines" / "quick.json")
    read = load_baseline(tmp_path / "baselines" / "quick.json")
    assert (tuple(read.measures), read.identities) == (MEASURES, IDENTITIES)
    expected = replace(saved, scores=saved.scores.assign(value=five_digits(saved.scores["value"])))
    pd.testing.assert_frame_equal(
        sorted_scores(read), sorted_scores(expected), check_dtype=False, check_exact=True
    )


def test_a_leaderboard_can_be_made_of_a_baseline(tmp_path: Path) -> None:
    save_baseline(results(), tmp_path / "b.json")
    table = leaderboard(load_baseline(tmp_path / "b.json"))
    assert [row.system for row in table.rows] == ["noisy", "a"]
    mean = table.rows[0].cells["stoi"].mean
    assert mean is not None
    assert mean.mean == pytest.approx(0.123456789 * 2 * 6, rel=1e-4)


def test_failed_scores_stay_failed_and_are_never_numbers(tmp_path: Path) -> None:
    saved = results()
    saved.scores.loc[0, "value"] = math.nan
    saved.scores.loc[0, "status"] = "unscorable"
    saved.scores.loc[1, "status"] = "error"  # a number beside a failure does not count
    save_baseline(saved, tmp_path / "b.json")
    assert "NaN" not in (tmp_path / "b.json").read_text()
    scores = load_baseline(tmp_path / "b.json").scores
    failed = scores[scores["value"].isna()]
    assert list(failed["status"]) == ["unscorable", "unscorable"]
    assert set(failed["system"]) == {"noisy"}


def test_the_order_of_the_rows_does_not_change_the_file(tmp_path: Path) -> None:
    ordered = results(clips=6, conditions=3)
    shuffled = replace(ordered, scores=ordered.scores.sample(frac=1, random_state=1))
    save_baseline(ordered, tmp_path / "a.json")
    save_baseline(shuffled, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_one_changed_score_is_one_changed_line_and_the_checksum(tmp_path: Path) -> None:
    first, second = results(), results()
    second.scores.loc[5, "value"] = 1.0
    save_baseline(first, tmp_path / "a.json")
    save_baseline(second, tmp_path / "b.json")
    before, after = ((tmp_path / name).read_text().splitlines() for name in ("a.json", "b.json"))
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 2


def test_a_committed_baseline_is_small(tmp_path: Path) -> None:
    big = results(clips=20, systems=("noisy", "a", "spectral_sub(over=3.0, floor=0.02)", "d"), conditions=5)
    save_baseline(big, tmp_path / "b.json")
    assert (tmp_path / "b.json").stat().st_size < 50_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no baseline"),
        ("{", "is damaged"),
        ("[]", "holds no JSON object"),
        ("{}", "schema None"),
        (json.dumps({"benchbox_baseline": 99}), "schema 99, this benchbox reads 1"),
    ],
)
def test_a_file_that_is_no_baseline_says_so_and_how_to_make_one(
    tmp_path: Path, text: str | None, message: str
) -> None:
    path = tmp_path / "b.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadRun, match=message) as caught:
        load_baseline(path)
    assert "benchbox baseline save RUN" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_baseline_that_was_edited_or_damaged_is_refused_in_one_line_and_older_ones_are_read(
    tmp_path: Path,
) -> None:
    file = tmp_path / "b.json"
    save_baseline(results(), file)
    text = file.read_text()
    file.write_text(text.replace("[2.2222, 2.2222]", "[2.2222, 3.2222]"))
    assert file.read_text() != text
    with pytest.raises(
        Damaged, match=r"b\.json is damaged: its content .*`benchbox baseline save RUN"
    ) as caught:
        load_baseline(file)
    assert "\n" not in str(caught.value)
    content = json.loads(text)
    del content["sha256"]
    file.write_text(json.dumps(content))
    assert len(load_baseline(file).scores) == len(results().scores)
