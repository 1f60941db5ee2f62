import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchbox.errors import BadRun, BadSuite
from benchbox.registry.discovery import Registry
from benchbox.report import kept_clips
from benchbox.report.extremes import EXTREMES, chosen, extremes
from benchbox.results.record import SystemFacts
from benchbox.runs.folder import Run
from benchbox.runs.further import make_sounds


def test_each_systems_best_median_and_worst_mixture_are_found(finished: Run) -> None:
    (measure, _) = finished.results.measures
    by_system = extremes(finished.results, measure)
    found = set().union(*by_system.values())
    scores = finished.scores[finished.scores["measure"] == measure.name]
    for system in ("spectral_sub", "wiener", "log_mmse"):
        own = scores[scores["system"] == system].set_index("mixture")["value"]
        assert own.idxmax() in found
        assert own.idxmin() in found
        assert own.sort_values(ascending=False, kind="stable").index[11] in found  # of 24
    assert all(len(mixtures) <= 3 for mixtures in by_system.values())
    ranked = {row.system: row.rank for row in finished.leaderboard().table.rows if row.rank}
    assert list(by_system) == sorted(ranked, key=lambda system: ranked[system] or 0)
    assert chosen(finished.results, [EXTREMES]) == (found, [])


def test_the_extremes_of_many_systems_are_bounded_and_the_last_ones_left_out(finished: Run) -> None:
    results = finished.results
    own = results.scores[results.scores["system"] == "wiener"]
    names = [f"system {number}" for number in range(20)]
    many = pd.concat(
        own.assign(
            system=name,
            mixture=own["mixture"] + f"/{number % 10}",
            value=own["value"] - number,
        )
        for number, name in enumerate(names)
    )
    found, left_out = chosen(
        replace(results, scores=many, systems=dict.fromkeys(names, SystemFacts())), [EXTREMES]
    )
    assert len(found) <= 40
    assert left_out == []  # the second ten have those of the first
    many["mixture"] += many["system"]
    found, left_out = chosen(
        replace(results, scores=many, systems=dict.fromkeys(names, SystemFacts())), [EXTREMES]
    )
    assert len(found) == 39
    assert left_out == names[13:]


def test_a_mixture_is_named_by_a_part_of_its_title(finished: Run) -> None:
    ((one,), _) = chosen(finished.results, ["white 10 dB test-3"])
    row = finished.scores[finished.scores["mixture"] == one].iloc[0]
    assert (row["noise"], row["snr_db"], row["utterance"]) == ("white", 10.0, "test-3")
    assert len(chosen(finished.results, ["white 10 dB"])[0]) == 6
    with pytest.raises(BadSuite, match="no mixture is called so; for example 'white 0 dB test-0'"):
        chosen(finished.results, ["wite"])


def test_their_sounds_are_those_that_a_run_would_have_kept(
    finished: Run, registry: Registry, tmp_path: Path
) -> None:
    run = Run(shutil.copytree(finished.path, tmp_path / "run"))
    before = {folder.name for folder in run.audio_folder.iterdir()}
    wanted, _ = chosen(run.results, ["pink 0 dB test-4", "white 0 dB test-0"])
    make_sounds(run, wanted, registry=registry, in_process=True)
    clips = list(kept_clips(run, {}))
    assert wanted <= {clip.mixture for clip in clips}
    assert before < {folder.name for folder in run.audio_folder.iterdir()}
    assert len(clips) == len({clip.mixture for clip in clips})  # none is kept twice
    assert {"clean", "noisy", "wiener"} <= set(clips[-1].sounds)


def test_a_run_of_other_audio_or_plugins_is_refused(
    finished: Run, registry: Registry, tmp_path: Path
) -> None:
    run = Run(shutil.copytree(finished.path, tmp_path / "run"))
    run.write_manifest(replace(run.manifest, jobs=("another",)))
    with pytest.raises(BadRun, match="made with other audio"):
        make_sounds(run, {"m"}, registry=registry, in_process=True)
