"""More sounds of a finished run: its systems process a few mixtures again."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchbox.audio import read
from benchbox.errors import BadRun
from benchbox.registry.discovery import Registry
from benchbox.runs.folder import Run
from benchbox.runs.further import make_sounds
from benchbox.runs.sounds import kept_mixtures


@pytest.fixture
def copied(finished: Run, tmp_path: Path) -> Run:
    return Run(shutil.copytree(finished.path, tmp_path / "run"))


def test_a_mixture_that_was_not_kept_gets_the_sounds_it_would_have_had(
    copied: Run, registry: Registry
) -> None:
    before = {file: file.read_bytes() for file in copied.audio_folder.rglob("*.wav")}
    kept = set(kept_mixtures(copied).values())
    other = next(mixture for mixture in copied.scores["mixture"] if mixture not in kept)
    make_sounds(copied, {other}, registry=registry, in_process=True)
    assert set(kept_mixtures(copied).values()) == kept | {other}
    assert {file: file.read_bytes() for file in before} == before
    (folder,) = {file.parent for file in copied.audio_folder.rglob("*.wav")} - {
        file.parent for file in before
    }
    sounds = {file.stem: read(file)[0] for file in folder.glob("*.wav")}
    assert {"clean", "noisy", "spectral_sub", "wiener", "log_mmse"} <= sounds.keys()
    assert np.std(sounds["noisy"] - sounds["clean"]) > 0


def test_a_run_of_other_data_is_refused_with_what_to_do(copied: Run, registry: Registry) -> None:
    manifest = copied.manifest
    copied.write_manifest(replace(manifest, jobs=manifest.jobs[1:]))
    with pytest.raises(BadRun, match="its sounds cannot be made again; the same `benchbox run` brings it up"):
        make_sounds(copied, set(), registry=registry, in_process=True)
