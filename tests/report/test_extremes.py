import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchbox.errors import BadRun, BadSuite
from benchbox.registry.discovery import Registry
from benchbox.report import kept_clips
from benchbox.report.extremes import chosen, extremes
from benchbox.runs.folder import Run
from benchbox.runs.further import make_sounds


def test_each_systems_best_median_and_worst_mixture_are_found(finished: Run) -> None:
    (measure, _) = finished.results.measures
    found = extremes(finished.results, measure)
    scores = finished.scores[finished.scores["measure"] == measure.name]
    for system in ("spectral_sub", "wiener", "log_mmse"):
        own = scores[scores["system"] == system].set_index("mixture")["value"]
        assert own.idxmax() in found
        assert own.idxmin() in found
        assert own.sort_values(ascending=False, kind="stable").index[11] in found  # of 24
    assert len(found) <= 9


def test_a_mixture_is_named_by_a_part_of_its_title(finished: Run) -> None:
    (one,) = chosen(finished.results, ["white 10 dB test-3"])
    row = finished.scores[finished.scores["mixture"] == one].iloc[0]
    assert (row["noise"], row["snr_db"], row["utterance"]) == ("white", 10.0, "test-3")
    assert len(chosen(finished.results, ["white 10 dB"])) == 6
    with pytest.raises(BadSuite, match="no mixture is called so; for example 'white 0 dB test-0'"):
        chosen(finished.results, ["wite"])


def test_their_sounds_are_those_that_a_run_would_have_kept(
    finished: Run, registry: Registry, tmp_path: Path
) -> None:
    run = Run(shutil.copytree(finished.path, tmp_path / "run"))
    before = {folder.name for folder in run.audio_folder.iterdir()}
    wanted = chosen(run.results, ["pink 0 dB test-4", "white 0 dB test-0"])
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
