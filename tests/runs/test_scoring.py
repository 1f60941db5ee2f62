"""Finished files and arrays become run folders; what is wrong with a file is its clip's failed row."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchbox
from benchbox import audio
from benchbox.errors import BadCorpus, BadOption, BadSuite
from benchbox.plan.jobs import make_plan
from benchbox.plan.suite import Suite
from benchbox.records import Spec
from benchbox.registry.discovery import discover
from benchbox.runs.folder import Run
from benchbox.runs.runner import run
from tests.pairs import clean_clip, noisy_clip, write_pairs

COUNT = 6


def halfway(number: int, rate: int = 8000) -> np.ndarray:
    clean = clean_clip(number, rate)
    return ((clean + noisy_clip(clean, number, rate)) / 2).astype(np.float32)


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path, Path]:
    clean, noisy = write_pairs(tmp_path, COUNT)
    (tmp_path / "half").mkdir()
    for number in range(COUNT):
        audio.write(tmp_path / "half" / f"p{number}.wav", halfway(number), 8000, "FLOAT")
    return clean, noisy, tmp_path / "half"


def of(done: Run, system: str, measure: str = "si_sdr") -> dict[str, object]:
    rows = done.scores[(done.scores["system"] == system) & (done.scores["measure"] == measure)]
    return {str(row["utterance"]): row for _, row in rows.iterrows()}


def value(done: Run, system: str, measure: str = "si_sdr") -> list[float]:
    rows = done.scores[(done.scores["system"] == system) & (done.scores["measure"] == measure)]
    return [float(each) for each in rows["value"]]


def test_files_become_a_run_that_everything_reads(sides: tuple[Path, Path, Path], tmp_path: Path) -> None:
    clean, noisy, half = sides
    command = [sys.executable, "-m", "benchbox"]

    def benchbox_says(*arguments: object, code: int = 0) -> str:
        done = subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    same = ("--metrics", "si_sdr,nsr", "--clean", clean, "--noisy", noisy, "-j", "1")
    said = benchbox_says("score", *same, "--enhanced", f"half={half}", f"none={noisy}", "--output", "run")
    assert "half" in said
    assert "run folder: run" in said
    found = Run.open(tmp_path / "run")
    assert value(found, "none") == value(found, "noisy")
    assert set(found.timings["system"]) == {"noisy"}, "nothing was denoised here"
    assert found.manifest.systems["half"].identity != found.manifest.systems["none"].identity
    assert "half" in benchbox_says("leaderboard", "run", "--by", "noise", "--format", "markdown")
    benchbox_says("plot", "run", "--what", "spectrograms")
    benchbox_says("verify", "run")
    benchbox_says("baseline", "save", "run", "baseline.json")
    assert "no change" in benchbox_says("compare", "baseline.json", "run")
    for file in half.glob("*.wav"):
        audio.write(file, audio.read(noisy / file.name)[0], 8000, "FLOAT")
    benchbox_says("score", *same, "--enhanced", f"half={half}", f"none={noisy}", "--output", "now")
    assert "regression" in benchbox_says("compare", "baseline.json", "now", code=1)


def test_scores_are_those_of_the_same_estimates_made_here(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 3)
    corpus = f'paired(clean="{clean}", noisy="{noisy}")'
    measures = "pesq,stoi,si_sdr,nsr"
    suite = Suite(denoisers="log_mmse", corpus=corpus, metrics=measures)
    direct = run(suite, tmp_path / "direct", in_process=True, examples=0)
    from benchbox_spectral.log_mmse import LogMmse

    (tmp_path / "out").mkdir()
    for file in noisy.iterdir():
        samples, rate = audio.read(file)
        audio.write(tmp_path / "out" / file.name, LogMmse().denoise(samples, rate), rate, "FLOAT")
    files = benchbox.score(
        {"files": tmp_path / "out"}, tmp_path / "run", clean=clean, noisy=noisy, in_process=True, examples=0
    )
    for measure in ("pesq_nb", "stoi", "estoi", "si_sdr", "nsr"):
        assert value(files, "files", measure) == value(direct, "log_mmse", measure)
    both = benchbox.Run.open(tmp_path / "run").scores
    assert set(both["mixture"]) == set(direct.scores["mixture"]), "so that tables put them side by side"


def test_what_is_wrong_with_a_file_is_its_clips_failed_row(
    sides: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    clean, noisy, half = sides
    (half / "p0.wav").unlink()
    whole = (half / "p1.wav").read_bytes()
    (half / "p1.wav").write_bytes(whole[: len(whole) // 2])
    audio.write(half / "p2.wav", halfway(2), 16000, "FLOAT")
    audio.write(half / "p3.wav", halfway(3)[:-160], 8000, "FLOAT")
    audio.write(half / "p4.wav", np.pad(halfway(4), (0, 5)), 8000, "FLOAT")
    audio.write(half / "p5.wav", halfway(5)[:-400], 8000, "FLOAT")
    options = {"clean": clean, "noisy": noisy, "metrics": "si_sdr", "in_process": True, "examples": 0}
    done = benchbox.score({"half": half}, tmp_path / "run", **options)  # type: ignore[arg-type]
    rows = of(done, "half")
    lost = {name for name, row in rows.items() if row["status"] == "unscorable"}  # type: ignore[index]
    assert lost == {"p0", "p1", "p2", "p5"}
    assert {row["status"] for name, row in rows.items() if name not in lost} == {"ok"}  # type: ignore[index]
    reasons = {name: row["failure"] for name, row in rows.items()}  # type: ignore[index]
    assert "has no file named p0" in reasons["p0"]
    assert "truncated" in reasons["p1"]
    assert "16000 Hz, p2 8000 Hz: resample=true" in reasons["p2"]
    assert "400 shorter than the 12000 it is of: up to 320 are padded" in reasons["p5"]
    (told,) = (note for note in done.leaderboard().table.notes if "finished estimates" in note)
    assert told == (
        "half: of its finished estimates, 1 of 2 were up to 160 samples shorter and padded with zeros at "
        "their end, 1 of 2 were up to 5 samples longer and cut."
    )
    more = benchbox.score({"half": half}, tmp_path / "more", padding_ms=60, resample=True, **options)  # type: ignore[arg-type]
    assert {name: row["status"] for name, row in of(more, "half").items()}["p5"] == "ok"  # type: ignore[index]
    # A mended file is looked at again; nothing else about the command changes.
    audio.write(half / "p0.wav", halfway(0), 8000, "FLOAT")
    again = benchbox.score({"half": half}, tmp_path / "run", **options)  # type: ignore[arg-type]
    assert of(again, "half")["p0"]["status"] == "ok"  # type: ignore[index]


def test_without_the_noisy_side_there_is_no_row_of_it(sides: tuple[Path, Path, Path], tmp_path: Path) -> None:
    clean, noisy, half = sides
    options = {"clean": clean, "metrics": "si_sdr", "in_process": True, "examples": 1}
    done = benchbox.score({"half": half}, tmp_path / "run", **options)  # type: ignore[arg-type]
    full = benchbox.score({"half": half}, tmp_path / "full", noisy=noisy, **options)  # type: ignore[arg-type]
    assert set(done.scores["system"]) == {"half"}
    assert value(done, "half") == value(full, "half")
    sounds = {file.stem for file in done.audio_folder.glob("*/*.wav")}
    assert sounds == {"clean", "half"}
    assert [row.system for row in done.leaderboard().table.rows] == ["half"]


def test_arrays_are_scored_as_files_are(sides: tuple[Path, Path, Path], tmp_path: Path) -> None:
    clean, noisy, half = sides
    numbers = range(COUNT)
    options = {"metrics": "si_sdr", "in_process": True, "examples": 0}
    arrays = benchbox.score(
        {
            "half": [halfway(number) for number in numbers],
            "loud": [100 * halfway(0), *map(halfway, numbers[1:])],
        },
        tmp_path / "arrays",
        clean=[clean_clip(number) for number in numbers],
        noisy=[noisy_clip(clean_clip(number), number) for number in numbers],
        sample_rate=8000,
        **options,  # type: ignore[arg-type]
    )
    files = benchbox.score({"half": half}, tmp_path / "files", clean=clean, noisy=noisy, **options)  # type: ignore[arg-type]
    assert value(arrays, "half") == value(files, "half")
    assert value(arrays, "loud") == pytest.approx(value(files, "half"), abs=1e-4), (
        "beyond full scale, unclipped"
    )
    one = benchbox.score(
        {"half": halfway(0)},
        tmp_path / "one",
        clean=clean_clip(0),
        sample_rate=8000,
        **options,  # type: ignore[arg-type]
    )
    assert value(one, "half") == value(files, "half")[:1]
    with pytest.raises(BadOption, match="say sample_rate"):
        benchbox.score({"half": halfway(0)}, clean=clean_clip(0))
    with pytest.raises(BadOption, match=r"clip 00000 is int16 \[3\]: wants floats"):
        benchbox.score({"half": np.zeros(3, np.int16)}, clean=clean_clip(0), sample_rate=8000)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a", "A"], "names 2 systems"),
        (["my/folder"], "looks like a path"),
        (["noisy"], "rows? of their own|row of their own"),
        ([""], "is no name"),
        ([], "nothing to score"),
    ],
)
def test_names_that_cannot_be_are_refused(names: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(BadOption, match=said):
        benchbox.score(dict.fromkeys(names, tmp_path), tmp_path / "run", clean=tmp_path)


def test_folders_that_have_no_name_in_common_and_absent_ones_are_refused(
    sides: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    clean, noisy, half = sides
    other, _ = write_pairs(tmp_path / "other", 3, prefix="q")
    with pytest.raises(BadCorpus, match=r"0 of 6 files .* share a name"):
        benchbox.score({"a": half}, tmp_path / "run", clean=clean, noisy=other, in_process=True)
    with pytest.raises(BadCorpus, match="none of the 6 clips has a file in"):
        benchbox.score({"a": other}, tmp_path / "run2", clean=clean, in_process=True)
    with pytest.raises(BadCorpus, match="does not exist"):
        benchbox.score({"a": tmp_path / "nowhere"}, tmp_path / "run3", clean=clean, in_process=True)
    with pytest.raises(BadSuite, match="need a clean reference, and recordings have none"):
        benchbox.score({"a": half}, tmp_path / "run4", noisy=noisy, metrics="si_sdr", in_process=True)
    with pytest.raises(BadCorpus, match="swapped"):
        benchbox.score({"a": half}, tmp_path / "run5", clean=noisy, noisy=clean, in_process=True)


def test_a_missing_file_is_not_replaced_by_that_of_another_sub_folder(tmp_path: Path) -> None:
    for folder in ("a/", "b/"):
        write_pairs(tmp_path, 2, prefix=folder)
    shutil.copytree(tmp_path / "noisy", tmp_path / "ours")
    (tmp_path / "ours" / "b" / "p0.wav").unlink()
    sides: dict[str, Any] = {"clean": tmp_path / "clean", "noisy": tmp_path / "noisy", "metrics": "si_sdr"}
    done = benchbox.score({"ours": tmp_path / "ours"}, tmp_path / "run", in_process=True, **sides)
    rows: dict[str, Any] = of(done, "ours")
    assert "has no file named b/p0" in str(rows["b/p0"]["failure"])
    assert [name for name, row in rows.items() if row["status"] == "ok"] == ["a/p0", "a/p1", "b/p1"]


@pytest.mark.parametrize("limit", [None, 1])
def test_a_file_that_may_be_of_two_clips_is_refused(limit: int | None, tmp_path: Path) -> None:
    for folder in ("a/", "b/"):
        write_pairs(tmp_path, 1, prefix=folder)
    shutil.copytree(tmp_path / "noisy" / "a", tmp_path / "ours")
    sides: dict[str, Any] = {"clean": tmp_path / "clean", "noisy": tmp_path / "noisy", "metrics": "si_sdr"}
    with pytest.raises(BadCorpus, match=r"p0\.wav may be of a/p0 or of b/p0"):
        benchbox.score(
            {"ours": tmp_path / "ours"}, tmp_path / "run", settings={"limit": limit}, in_process=True, **sides
        )


def test_a_name_stands_for_one_system(sides: tuple[Path, Path, Path], tmp_path: Path) -> None:
    clean, noisy, half = sides
    given: dict[str, Any] = {"clean": clean, "noisy": noisy, "metrics": "si_sdr", "in_process": True}
    first = benchbox.score({"ours": half}, tmp_path / "run", **given)
    before = value(first, "ours")
    with pytest.raises(BadSuite, match="ours is the name of two systems"):
        benchbox.score({"ours": noisy}, tmp_path / "run", **given)
    assert value(Run.open(tmp_path / "run"), "ours") == before
    corpus = Spec("paired", {"clean": str(clean), "noisy": str(noisy)})
    for name, says in (("wiener", "wiener is the name of two"), ("noisy", "noisy is what benchbox calls")):
        files = Spec("enhanced", {"path": str(half), "name": name})
        with pytest.raises(BadSuite, match=says):
            make_plan(Suite(corpus=corpus, denoisers=(files, Spec("wiener"))), discover())


@pytest.mark.parametrize("shape", [(), (9, 2), (2, 9, 2)])
def test_arrays_of_another_shape_are_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    samples = np.full(shape, 0.1, np.float32)
    with pytest.raises(BadOption, match=r"wants floats \[time\]"):
        benchbox.score({"ours": samples}, tmp_path / "run", clean=samples, sample_rate=8000)


def test_a_file_that_is_put_back_has_its_former_score(sides: tuple[Path, Path, Path], tmp_path: Path) -> None:
    clean, noisy, half = sides
    given: dict[str, Any] = {"clean": clean, "noisy": noisy, "metrics": "si_sdr", "in_process": True}
    file = half / "p0.wav"
    kept = file.read_bytes()
    found = []
    for content in (kept, (noisy / "p0.wav").read_bytes(), kept):
        file.write_bytes(content)
        found.append(value(benchbox.score({"ours": half}, tmp_path / "run", **given), "ours"))
    assert found[0] == found[2] != found[1]


def test_float_files_beyond_full_scale_are_scored_as_they_are(
    sides: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    given: dict[str, Any] = {"metrics": "snr,nsr,si_sdr,lsd", "in_process": True, "examples": 1}
    within = benchbox.score({"half": sides[2]}, tmp_path / "in", clean=sides[0], noisy=sides[1], **given)
    for file in (file for side in sides for file in sorted(side.iterdir())):
        audio.write(file, 16 * audio.read(file)[0], 8000, "FLOAT")
    assert all(np.abs(audio.read(file)[0]).max() > 1.5 for file in sorted(sides[0].iterdir()))
    clean, noisy, half = sides
    beyond = benchbox.score({"half": half}, tmp_path / "run", clean=clean, noisy=noisy, **given)
    assert set(beyond.scores["status"]) == {"ok"}
    # Sixteen is a power of two: not a bit is lost.
    assert beyond.scores["value"].tolist() == pytest.approx(within.scores["value"].tolist(), rel=1e-6)
    audio.write(clean / "p1.wav", 32768 * clean_clip(1), 8000, "FLOAT")  # integers as floats
    again = benchbox.score({"half": half}, tmp_path / "run", clean=clean, noisy=noisy, **given)
    failed = again.scores[again.scores["status"] != "ok"]
    assert set(failed["utterance"]) == {"p1"}
    assert all("divide by full scale" in reason for reason in failed["failure"])


def test_a_silent_reference_is_a_failed_row_of_every_measure(
    sides: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    clean, noisy, half = sides
    audio.write(clean / "p1.wav", np.zeros(12000, np.float32), 8000)
    done = benchbox.score({"half": half}, tmp_path / "run", clean=clean, noisy=noisy, in_process=True)
    rows = done.scores
    assert set(rows["measure"]) == {"pesq_nb", "stoi", "estoi", "si_sdr", "nsr"}
    silent = rows["utterance"] == "p1"
    assert set(rows.loc[silent, "status"]) == {"unscorable"}
    assert all("silent" in reason for reason in rows.loc[silent, "failure"])
    assert set(rows.loc[~silent, "status"]) == {"ok"}
    assert any("silent" in note for note in done.leaderboard().table.notes)
