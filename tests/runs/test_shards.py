"""Shards: what is read is what was written, or it is refused; the libraries that made them are told."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from benchbox.errors import Damaged
from benchbox.records import Score
from benchbox.runs import shards
from benchbox.runs.folder import SCHEMAS, Run
from benchbox.runs.manifest import Manifest
from benchbox.runs.shards import read_shard, seal_shard, write_shard

ROW = Score(
    "half", "white", 5.0, "u0", "r0", None, "m0", "si_sdr", 1.5, "ok", None, 5.0, 4.0, 0.0, -0.1, 1.0, "abc"
)
ROWS = [replace(ROW, utterance=f"u{number}", value=number / 7) for number in range(8)]


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    path = tmp_path / "scores" / "key.parquet"
    write_shard(path, ROWS, SCHEMAS["scores"])
    return path


def test_rows_are_read_as_they_were_written_and_the_same_rows_are_the_same_bytes(shard: Path) -> None:
    read = read_shard(shard, SCHEMAS["scores"])
    assert read.rows.to_pylist() == [vars(row) for row in ROWS]
    assert read.sealed
    assert {"python", "numpy", "pesq"} <= set(read.versions)
    write_shard(shard.with_name("again.parquet"), ROWS, SCHEMAS["scores"])
    assert shard.with_name("again.parquet").read_bytes() == shard.read_bytes()


def test_any_parquet_reader_reads_a_shard(shard: Path) -> None:
    assert list(pd.read_parquet(shard)["value"]) == [row.value for row in ROWS]


def test_any_flipped_bit_of_a_shard_is_found(shard: Path) -> None:
    whole = shard.read_bytes()
    # Of every byte one bit: all of them take a minute.
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        shard.write_bytes(flipped)
        try:
            read = read_shard(shard, SCHEMAS["scores"])
        except Damaged:
            continue
        # What hits the words before the checksum leaves a shard without one, which its run refuses.
        assert not read.sealed
        assert read.rows.to_pylist() == [vars(row) for row in ROWS]


def rows_removed(path: Path) -> None:
    pq.write_table(pq.read_table(path).slice(3), path)


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "zeroed": lambda path: path.write_bytes(b"\0" * path.stat().st_size),
    "rows removed": rows_removed,
    "rows removed by pandas": lambda path: pd.read_parquet(path)[2:].to_parquet(path),
    "text": lambda path: path.write_text("PAR1 and no more"),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("part", ["scores", "timings"])
def test_a_table_of_a_run_with_a_bad_shard_is_refused_in_one_line(run: Run, part: str, damage: str) -> None:
    file = run.path / part / "half-key.parquet"
    DAMAGE[damage](file)
    with pytest.raises(Damaged, match=rf"{part}/half-key.parquet is damaged: .*`benchbox verify") as caught:
        Run.open(run.path).leaderboard()
    assert "\n" not in str(caught.value)


def test_shards_of_earlier_versions_are_read_and_may_be_sealed(run: Run, manifest: Manifest) -> None:
    for file in run.path.glob("*/*.parquet"):
        older = pq.read_table(file).drop_columns(["noise"]).replace_schema_metadata(None)
        pq.write_table(older, file)
    run.write_manifest(replace(manifest, sealed=False))
    read = Run.open(run.path)
    assert len(read.scores) == 4
    assert read.scores["noise"].isna().all()
    path = run.path / "scores" / "half-key.parquet"
    before = read_shard(path, SCHEMAS["scores"])
    seal_shard(path, before)
    after = read_shard(path, SCHEMAS["scores"])
    assert after.sealed
    assert after.rows.equals(before.rows)
    assert not after.versions


def test_of_final_rows_and_those_where_something_broke_the_final_ones_count(run: Run) -> None:
    final = run.path / "scores" / "half-key.parquet"
    broken = [replace(ROW, value=None, status="error", failure="it broke")]
    write_shard(final.with_name("half-key.error.parquet"), broken, SCHEMAS["scores"])
    assert Run.open(run.path).scores.equals(run.scores)


def test_a_run_whose_shard_is_gone_is_not_finished(run: Run) -> None:
    assert Run.open(run.path).results.finished
    (run.path / "scores" / "half-key.parquet").unlink()
    assert not Run.open(run.path).results.finished


def test_shards_made_with_different_libraries_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any("MIXED" in note for note in run.leaderboard().table.warnings)
    monkeypatch.setattr(shards, "library_versions", lambda: {"numpy": "1.26.4", "scipy": "1.12"})
    path = run.path / "scores" / "half-key.parquet"
    rows = read_shard(path, SCHEMAS["scores"]).rows.to_pylist()
    write_shard(path, [Score(**row) for row in rows], SCHEMAS["scores"])
    [told] = [note for note in Run.open(run.path).leaderboard().table.warnings if "MIXED" in note]
    assert "numpy 1.26.4 and" in told
    assert "pesq" not in told


def test_a_library_that_is_not_installed_made_no_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "LIBRARIES", ("numpy", "surely-not-installed"))
    assert set(shards.library_versions.__wrapped__()) == {"python", "numpy"}
