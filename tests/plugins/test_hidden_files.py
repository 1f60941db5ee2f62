"""What of a folder counts as recordings, and what files are called whose names are no UTF-8."""

import os
from pathlib import Path

import pytest
from benchbox_corpora.folder import Folder
from benchbox_corpora.onesided import Recordings
from benchbox_corpora.paired import Paired

from benchbox import audio
from benchbox.denoising.targets import pair
from benchbox.plan.suite import Suite
from benchbox.recordings import files_below
from benchbox.runs.runner import run
from tests.pairs import clean_clip, write_pairs

HIDDEN = (
    ".ipynb_checkpoints/p0-checkpoint.wav",
    ".git/annex/p0.wav",
    ".p0.wav",
    "a/.cache/p0.wav",
    ".old/p0.m4a",
)


@pytest.fixture
def pairs(tmp_path: Path) -> tuple[Path, Path]:
    """Pairs below a hidden folder, which its user named, with hidden files and folders in them."""
    sides = write_pairs(tmp_path / ".data", 3)
    for side in sides:
        for name in HIDDEN:
            (side / name).parent.mkdir(parents=True, exist_ok=True)
            audio.write(side / "spare.wav", clean_clip(0), 8000)
            (side / "spare.wav").rename(side / name)
    return sides


def test_hidden_files_and_folders_are_no_recordings(pairs: tuple[Path, Path], tmp_path: Path) -> None:
    clean, noisy = pairs
    assert [file.name for file in files_below(clean)] == ["p0.wav", "p1.wav", "p2.wav"]
    assert len(Folder(clean).entries("test")) + len(Folder(clean).entries("train")) == 3
    assert [entry.id for entry in Paired(clean, noisy).entries("test")] == ["p0", "p1", "p2"]
    assert len(Recordings(noisy).entries("test")) == 3
    denoised = pair([str(noisy)], str(tmp_path / "out"), force=False)
    assert [source.name for source, _ in denoised] == ["p0.wav", "p1.wav", "p2.wav"]


def test_names_that_are_no_utf_8_are_written_out_in_a_run(tmp_path: Path) -> None:
    strange = os.fsdecode(b"caf\xe9")
    clean, noisy = write_pairs(tmp_path, 3)
    for side in (clean, noisy):
        (side / "p1.wav").rename(side / f"{strange}.wav")
    corpus = f'paired(clean="{clean}", noisy="{noisy}")'
    done = run(Suite(denoisers="noisy", corpus=corpus, metrics="si_sdr"), tmp_path / "run", in_process=True)
    assert set(done.scores["utterance"]) == {"p0", "p2", "caf\\xe9"}
    assert set(done.scores["status"]) == {"ok"}
    named = Paired(clean, noisy, pattern=r"(\w+|caf.)\.wav")
    assert [entry.id for entry in named.entries("test")] == ["caf\\xe9", "p0", "p2"]
