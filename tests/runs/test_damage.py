"""What is damaged in a run folder is named, set aside and made anew by the same run, and only that."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import benchbox
from benchbox.audio import read, write
from benchbox.errors import BadRun, Damaged
from benchbox.runs.folder import Run
from benchbox.runs.lock import held
from benchbox.synthetic import speech_like

pytestmark = pytest.mark.usefixtures("fakes")


def go(path: str = "out") -> tuple[Run, list[str]]:
    """Run, or go on with, a small suite; return what was said, too."""
    suite = benchbox.Suite(
        denoisers="half,learner", corpus="fake", noises="white", snrs="5", metrics="si_sdr", limit=2
    )
    told: list[str] = []
    return benchbox.run(suite, path, in_process=True, examples=1, announce=told.append), told


def content(run: Run) -> dict[str, bytes]:
    """Return what of a run is free of timings. A WAV says when it was written, its samples do not."""
    files = [*run.path.glob("scores/*"), *run.path.glob("systems/*/gain.json")]
    sounds = {file: read(file)[0].tobytes() for file in run.path.glob("audio/*/*.wav")}
    found = {file: file.read_bytes() for file in files} | sounds
    return {str(file.relative_to(run.path)): bytes_ for file, bytes_ in found.items()}


def flip(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 4
    file.write_bytes(whole)


def rows_removed(file: Path) -> None:
    pq.write_table(pq.read_table(file).slice(1), file)


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def zeroed(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


@pytest.mark.parametrize("content", [b"", bytes(1000), b"sha256 of something else"])
def test_a_damaged_state_of_a_training_is_named_before_it_starts_again(content: bytes) -> None:
    run, _ = go()
    [trained] = run.path.glob("systems/*/trained.json")
    trained.unlink()
    state = trained.with_name("state.pt")
    state.write_bytes(content)
    _, told = go()
    assert any(f"{state} is damaged" in sentence for sentence in told), told
    assert trained.exists()
    state.write_bytes(b"another's")
    _, told = go()
    assert not any("state.pt" in sentence for sentence in told), told


PATTERNS = ["scores/*", "timings/*", "systems/*/gain.json", "systems/*/trained.json", "audio/*/half.wav"]


@pytest.mark.parametrize("damage", [flip, rows_removed, emptied, zeroed, cut], ids=lambda each: each.__name__)
@pytest.mark.parametrize("pattern", [*PATTERNS, "audio/*/jobs.json", "manifest.json"])
def test_what_is_damaged_is_named_set_aside_and_made_anew_and_nothing_else(
    pattern: str, damage: Callable[[Path], None]
) -> None:
    if damage is rows_removed and "scores" not in pattern and "timings" not in pattern:
        pytest.skip("it has no rows")
    run, told = go()
    assert len(told) == 1
    expected, table = content(run), (run.path / "leaderboard.md").read_bytes()
    file = sorted(run.path.glob(pattern))[0]
    times = {each: each.stat().st_mtime_ns for each in run.path.glob("scores/*") if each != file}
    damage(file)

    again, told = go()
    assert sum(str(file) in line and "damaged" in line for line in told) == 1
    assert not any("\n" in line for line in told)
    assert content(again) == expected
    if "timings" not in pattern and "scores" not in pattern:  # an estimate that is made again takes its time
        assert (run.path / "leaderboard.md").read_bytes() == table
    assert again.finished
    assert len(list((run.path / "damaged").iterdir())) == 1
    if "timings" not in pattern:  # which come with the scores of their job
        assert times == {each: each.stat().st_mtime_ns for each in times}
    assert len(go()[1]) == 1


def test_a_changed_table_is_written_again() -> None:
    run, _ = go()
    table = (run.path / "leaderboard.md").read_bytes()
    flip(run.path / "leaderboard.md")
    go()
    assert (run.path / "leaderboard.md").read_bytes() == table


def test_a_final_and_an_error_shard_of_one_job_are_one() -> None:
    run, _ = go()
    expected = content(run)
    file = sorted(run.path.glob("scores/*"))[0]
    other = file.with_name(f"{file.stem}.error.parquet")
    shutil.copy(file, other)
    assert len(Run(run.path).scores) == len(run.scores)
    again, told = go()
    assert any(f"{other} lies beside final rows" in line for line in told)
    assert content(again) == expected


def test_a_shard_whose_checksum_is_gone_is_damaged_but_in_runs_that_had_none() -> None:
    run, _ = go()
    expected = content(run)
    for file in run.path.glob("*/*.parquet"):
        pq.write_table(pq.read_table(file).replace_schema_metadata(None), file)
    with pytest.raises(Damaged, match="its checksum is gone"):
        _ = Run(run.path).scores
    again, told = go()
    assert sum("its checksum is gone" in line for line in told) == 6
    assert content(again) == expected


def test_what_a_killed_process_left_unfinished_goes_away() -> None:
    Path("out").mkdir()
    Path("out/.manifest.json.01234567").write_text("{")
    run, _ = go()
    left = run.path / "scores" / ".key.parquet.01234567"
    left.touch()
    go()
    assert not left.exists()
    assert not list(run.path.rglob(".*"))


def test_a_folder_in_use_is_refused_and_its_table_is_shown() -> None:
    run, _ = go()
    with held(run.path):
        with pytest.raises(BadRun, match="out is in use by process"):
            go()
        assert str(Run.open(run.path).leaderboard())
    go()


def test_a_file_that_is_not_there_just_now_is_tried_again_in_the_next_run() -> None:
    suite = benchbox.Suite(denoisers="half", corpus="away", noises="white", snrs="5", metrics="si_sdr")
    first = benchbox.run(suite, "out", in_process=True, examples=0).scores
    lost = first[first["status"] != "ok"]
    assert set(lost["utterance"]) == {"test-3"}
    assert all(lost["failure"].str.startswith("away.wav does not exist"))
    write("away.wav", speech_like(16000, np.random.default_rng(0)), 8000)
    again = benchbox.run(suite, "out", in_process=True, examples=0).scores
    assert set(again["status"]) == {"ok"}


def test_a_flipped_bit_anywhere_is_no_traceback_and_no_other_table() -> None:
    run, _ = go()
    expected, scores = str(run.leaderboard()), run.scores
    whole = {file: file.read_bytes() for file in run.path.rglob("*") if file.is_file()}
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(10):
        flipped = {}
        for number in rng.permutation(len(whole))[:6]:
            file = sorted(whole)[number]
            content = bytearray(whole[file])
            content[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))
            flipped[file] = bytes(content)
            file.write_bytes(content)
            try:
                assert str(Run.open(run.path).leaderboard()) == expected
            except BadRun:
                refused += 1
            file.write_bytes(whole[file])
        # All six at once. An estimate that is made again takes its own time: the scores are compared.
        for file, content_ in flipped.items():
            file.write_bytes(content_)
        assert go()[0].scores.equals(scores)
        shutil.rmtree(run.path)
        for file, content_ in whole.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content_)
    assert refused > 10
