"""`benchbox baseline` and `benchbox compare` as a user meets them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchbox.gate.baseline import save_baseline
from benchbox.results.record import SystemFacts
from benchbox.runs.folder import Run

Command = Callable[..., Any]


@pytest.fixture
def baseline(run: Run, tmp_path: Path) -> Path:
    save_baseline(run.results, tmp_path / "b.json")
    return tmp_path / "b.json"


def test_a_run_passes_against_its_own_baseline(baseline: Path, run: Run, benchbox: Command) -> None:
    assert benchbox("compare", baseline, run.path).code == 0


def test_a_mistyped_baseline_is_refused_and_nothing_is_saved(
    run: Run, tmp_path: Path, benchbox: Command
) -> None:
    missing = tmp_path / "bsaeline.json"
    refusal = benchbox("compare", missing, run.path).refusal
    assert f"no baseline {missing}" in refusal
    assert "--save-missing" in refusal
    assert not missing.exists()


def test_a_missing_baseline_is_saved_on_request(run: Run, tmp_path: Path, benchbox: Command) -> None:
    missing = tmp_path / "b.json"
    done = benchbox("compare", missing, run.path, "--save-missing")
    assert (done.code, missing.is_file()) == (0, True)
    assert f"saved this run as {missing}; commit it" in done.err
    assert benchbox("compare", missing, run.path, "--save-missing").code == 0


def test_a_system_that_disappeared_fails_the_gate_by_name_unless_that_is_meant(
    run: Run, tmp_path: Path, benchbox: Command
) -> None:
    only_noisy = replace(
        run.results, scores=run.scores[run.scores["system"] == "noisy"], systems={"noisy": SystemFacts()}
    )
    candidate, baseline = tmp_path / "now.json", tmp_path / "b.json"
    save_baseline(run.results, baseline)
    save_baseline(only_noisy, candidate)
    done = benchbox("compare", baseline, candidate)
    assert done.code == 1
    assert "missing: system half" in done.out
    allowed = benchbox("compare", baseline, candidate, "--allow-missing")
    assert allowed.code == 0
    assert "half" in allowed.out


def test_an_inconclusive_gate_passes_unless_strict_and_says_so(
    run: Run, tmp_path: Path, benchbox: Command
) -> None:
    # Two recordings: no change of theirs can be significant, and none excluded.
    before, after = tmp_path / "b.json", tmp_path / "now.json"
    save_baseline(run.results, before)
    moved = run.scores.assign(value=run.scores["value"] - run.scores["value"] * 0.5)
    save_baseline(replace(run.results, scores=moved), after)
    done = benchbox("compare", before, after)
    said = " ".join(done.out.split())
    assert done.code == 0
    assert said.startswith(
        "2 inconclusive in 2 comparisons inconclusive: 2 of 2 comparisons cannot rule out a "
    )
    assert "This passes; under --strict it fails" in said
    assert "no change" not in said
    strict = benchbox("compare", before, after, "--strict")
    assert strict.code == 1
    assert "Under --strict this fails" in " ".join(strict.out.split())


def test_an_unfinished_candidate_fails_the_gate_unless_that_is_meant(
    baseline: Path, run: Run, benchbox: Command
) -> None:
    (run.path / "scores" / "half-key.parquet").unlink()
    done = benchbox("compare", baseline, run.path)
    assert done.code == 1
    assert "missing: the rest of an unfinished run (2 of 4 estimates are scored" in " ".join(done.out.split())
    assert benchbox("compare", baseline, run.path, "--allow-missing").code == 0


def test_an_unfinished_run_becomes_no_baseline(run: Run, tmp_path: Path, benchbox: Command) -> None:
    (run.path / "scores" / "half-key.parquet").unlink()
    refusal = benchbox("baseline", "save", run.path, tmp_path / "b.json").refusal
    assert "no baseline of an unfinished run (2 of 4 estimates are scored: " in refusal
    assert "white 5 dB 2 of 4)" in refusal
    assert benchbox("compare", tmp_path / "b.json", run.path, "--save-missing").code == 2
    assert not (tmp_path / "b.json").exists()


@pytest.mark.parametrize("effect", ["si_sdr", "si_sdr=much", "si_sdr=nan", "si_sdr=inf", "si_sdr=-1"])
def test_an_effect_that_is_no_size_is_refused(run: Run, effect: str, benchbox: Command) -> None:
    done = benchbox("compare", run.path, run.path, "--min-effect", effect)
    assert done.code == 2
    assert "wants measure=number, such as pesq_nb=0.05" in done.refusal
