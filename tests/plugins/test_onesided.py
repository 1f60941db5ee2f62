"""Recordings, references and estimates: what a table tells of them, and words of recordings."""

from pathlib import Path

import pytest
from benchbox_corpora.onesided import Estimates, Recordings, References

import benchbox
from benchbox.errors import BadCorpus, BadSuite
from benchbox.plan.suite import Suite
from benchbox.runs.runner import run
from tests.pairs import write_pairs


def test_a_table_tells_what_is_said_and_by_whom(tmp_path: Path) -> None:
    _, noisy = write_pairs(tmp_path, 3)
    table = tmp_path / "labels.csv"
    table.write_text("id,transcript,speaker,noise,snr\np0.wav,one two,anna,bus,2.5\np1,,,,\n")
    for corpus in (Recordings, References, Estimates):
        told = [
            (each.text, each.speaker, each.noise, each.snr_db)
            for each in corpus(noisy, table=table).entries("test")
        ]
        assert told == [("one two", "anna", "bus", 2.5), ("", None, "", None), ("", None, "", None)]
        plain = corpus(noisy).entries("test")
        assert [each.digest for each in plain] == [
            each.digest for each in corpus(noisy, table=table).entries("test")
        ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name,transcript\np0,one\n", "needs columns id"),
        ("id,transcript\nx0,one\n", "names none of the files"),
        ("id,transcript\np0,one\np0.wav,two\n", "line 3: p0 is there twice"),
        ("id,snr\np0,loud\n", "the SNR of p0 is 'loud'"),
    ],
)
def test_a_table_that_does_not_fit_is_answered_in_one_line(content: str, told: str, tmp_path: Path) -> None:
    _, noisy = write_pairs(tmp_path, 2)
    (tmp_path / "labels.csv").write_text(content)
    with pytest.raises(BadCorpus, match=told) as refused:
        Recordings(noisy, table=tmp_path / "labels.csv").entries("test")
    assert "\n" not in str(refused.value)


def test_words_of_recordings_are_counted_where_a_transcript_is_given(tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx")
    pytest.importorskip("jiwer")
    _, noisy = write_pairs(tmp_path, 2, 16000)
    table = tmp_path / "labels.csv"
    table.write_text("id,transcript\np0,one two three\np1, \n")
    corpus = f'recordings(path="{noisy}", table="{table}")'
    done = run(
        Suite(denoisers="spectral_sub", corpus=corpus, metrics="wer"), tmp_path / "run", in_process=True
    )
    rows = {(row["system"], row["utterance"]): row for row in done.scores.to_dict("records")}
    assert rows["noisy", "p0"]["status"] == "ok"
    empty = rows["noisy", "p1"]
    assert empty["status"] == "unscorable"
    assert empty["failure"] == "there is no transcript, and no clean clip to read instead"
    scored = benchbox.score({"a": noisy}, tmp_path / "scored", table=table, metrics="wer", in_process=True)
    assert set(scored.scores.loc[scored.scores["utterance"] == "p0", "status"]) == {"ok"}
    untold = f'recordings(path="{noisy}")'
    for where, metrics, told in (
        (corpus, "wer(against=clean)", "need a clean reference"),
        (untold, "wer", r"wer of recordings needs their transcripts: table=labels\.csv"),
    ):
        with pytest.raises(BadSuite, match=told):
            run(Suite(corpus=where, metrics=metrics, denoisers="noisy"), tmp_path / "no", in_process=True)
