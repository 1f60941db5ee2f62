import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchbox.files import read_json, write_json
from benchbox.registry.discovery import Registry
from benchbox.runs.folder import Run
from benchbox.runs.further import make_sounds
from benchbox.runs.sounds import file_name, kept_mixtures, read_examples
from tests.fakes import run_here, suite


@pytest.fixture
def run(finished: Run, tmp_path: Path) -> Run:
    return Run(shutil.copytree(finished.path, tmp_path / "run"))


def change(folder: Path, **content: object) -> None:
    told = read_json(folder / "jobs.json")
    told.pop("sha256", None)
    write_json(folder / "jobs.json", told | content)


def folders(run: Run) -> list[Path]:
    return sorted(run.audio_folder.glob("[!.]*/"))


def test_sounds_of_another_version_than_the_scores_are_left_out_and_made_anew(
    run: Run, registry: Registry
) -> None:
    first, second = folders(run)
    before = {name: sounds for name, sounds, _ in read_examples(run)}
    assert {"clean", "noisy", "wiener"} <= set(before[first.name])
    jobs = read_json(first / "jobs.json")["jobs"]
    change(first, jobs=jobs | {"wiener": "of-before"})
    change(second, jobs=dict.fromkeys(jobs, "of-before"))
    ((name, sounds, _),) = read_examples(run)
    assert name == first.name
    assert set(sounds) == set(before[first.name]) - {"wiener"}

    wanted = set(kept_mixtures(run).values())
    assert len(wanted) == 2
    make_sounds(run, wanted, registry=registry, in_process=True)
    assert folders(run) == [first, second]
    assert {name: set(sounds) for name, sounds, _ in read_examples(run)} == {
        name: set(sounds) for name, sounds in before.items()
    }


def test_sounds_follow_their_system_when_two_swap_their_names(run: Run) -> None:
    (_, before, _), *_ = read_examples(run)
    manifest = run.manifest
    other = {"wiener": "log_mmse", "log_mmse": "wiener"}
    systems = {other.get(label, label): facts for label, facts in manifest.systems.items()}
    run.write_manifest(replace(manifest, systems=systems))
    (_, after, _), *_ = read_examples(Run(run.path))
    np.testing.assert_array_equal(after["wiener"], before["log_mmse"])
    np.testing.assert_array_equal(after["log_mmse"], before["wiener"])
    assert list(after)[:2] == ["clean", "noisy"]


def test_a_kept_mixture_whose_title_several_have_is_known_by_its_identity_or_not_at_all(run: Run) -> None:
    kept = kept_mixtures(run)
    assert set(kept) == {folder.name for folder in folders(run)}
    first, _ = folders(run)
    title = "x" * 90
    scores = run.scores.assign(noise=title)
    run.__dict__["scores"] = scores
    renamed = first.rename(first.with_name(f"01_{title[:80]}"))
    assert kept_mixtures(run)[renamed.name] == kept[first.name]
    change(renamed, mixture=None)  # as an earlier version wrote it
    assert renamed.name not in kept_mixtures(run)


def test_long_names_that_differ_at_their_end_only_are_two_files() -> None:
    one, two = (f"vqunet({'channels=32, ' * 8}steps={steps})" for steps in (100, 200))
    assert file_name(one) != file_name(two)
    assert max(len(file_name(one)), len(file_name("short"))) <= 80
    assert file_name("white 5 dB a/b") == "white_5_dB_a_b"


@pytest.mark.usefixtures("fakes")
def test_examples_can_be_listened_to() -> None:
    import soundfile

    run = run_here(suite(denoisers="half,wrong"), "out", examples=2)
    folders = sorted((run.path / "audio").iterdir())
    assert [folder.name.split("_")[0] for folder in folders] == ["01", "02"]
    assert sorted(file.name for file in folders[0].glob("*.wav")) == ["clean.wav", "half.wav", "noisy.wav"]
    noisy, rate = soundfile.read(folders[0] / "noisy.wav", dtype="float32")
    half, _ = soundfile.read(folders[0] / "half.wav", dtype="float32")
    assert rate == 8000
    assert half == pytest.approx(0.5 * noisy)
