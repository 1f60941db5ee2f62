"""What a run makes of pairs."""

from pathlib import Path

import numpy as np
import pytest
from benchbox_corpora.paired import Paired

from benchbox import audio
from benchbox.errors import BadCorpus, BadSuite
from benchbox.mixing import stream
from benchbox.plan.suite import Suite
from benchbox.registry.discovery import discover
from benchbox.runs.runner import run
from benchbox.systems.pairs import TrainingExamples
from tests.pairs import clean_clip, noisy_clip, write_pairs


def suite(clean: Path, noisy: Path, **settings: object) -> Suite:
    corpus = f'paired(clean="{clean}", noisy="{noisy}")'
    return Suite(**{"denoisers": "spectral_sub", "metrics": "si_sdr,snr", "corpus": corpus, **settings})


def test_a_run_scores_pairs_as_they_were_recorded(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 5)
    (noisy / "p4.wav").unlink()
    done = run(suite(clean, noisy, bounds=True), tmp_path / "run", in_process=True)
    rows = done.scores
    assert set(rows["noise"]) == {"as recorded"}
    assert rows["snr_db"].isna().all()
    lost = rows[rows["utterance"] == "p4"]
    assert set(lost["status"]) == {"unscorable"}
    assert "has no noisy file of its name" in lost["failure"].iloc[0]
    kept = rows[(rows["utterance"] != "p4") & (rows["system"] == "noisy") & (rows["measure"] == "snr")]
    assert kept["snr_active_db"].to_numpy() == pytest.approx(5.0, abs=1e-4)
    assert kept["value"].to_numpy() == pytest.approx(kept["snr_rms_db"].to_numpy(), abs=1e-4)
    bound = rows[(rows["system"] == "clean") & (rows["measure"] == "si_sdr") & (rows["status"] == "ok")]
    assert bound["value"].min() == 100.0
    assert any("as recorded" in note for note in done.results.notes)
    shutil_free = run(suite(clean, noisy, bounds=True), tmp_path / "run", in_process=True)
    assert shutil_free.scores.equals(rows)
    assert sorted(file.stem for file in next(done.audio_folder.glob("*/")).glob("*.wav"))[:2] == [
        "clean",
        "noise_only",
    ]


def test_noise_and_snr_of_a_table_group_a_run_as_mixed_ones(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 4)
    table = tmp_path / "labels.csv"
    table.write_text("id,noise,snr\np0,cafe,5\np1,cafe,5\np2,bus,5\np3,bus,10\n")
    corpus = f'paired(clean="{clean}", noisy="{noisy}", table="{table}")'
    done = run(suite(clean, noisy, corpus=corpus), tmp_path / "run", in_process=True, examples=0)
    names = {(facts.noise, facts.snr_db): facts.clips for facts in done.manifest.conditions}
    assert names == {("bus", 5.0): 1, ("bus", 10.0): 1, ("cafe", 5.0): 2}
    groups = [group for group, _ in done.leaderboard(by=["noise", "snr"]).table.groups()]
    assert groups == [("bus", 5.0), ("bus", 10.0), ("cafe", 5.0)]


def test_swapped_sides_end_a_run_and_settings_of_mixtures_are_refused(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 3)
    with pytest.raises(BadCorpus, match="swapped"):
        run(suite(noisy, clean), tmp_path / "run", in_process=True)
    with pytest.raises(BadSuite, match="noises do not apply"):
        run(suite(clean, noisy, noises="white"), tmp_path / "run2", in_process=True)
    with pytest.raises(BadCorpus, match="no train split in these pairs: name systems"):
        run(suite(clean, noisy, denoisers="vqunet"), tmp_path / "run3", in_process=True)


def test_systems_learn_from_pairs_as_they_are_or_remixed(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 6, prefix="train/")
    corpus = Paired(clean, noisy)
    as_they_are = TrainingExamples(corpus, [], (0.0, 0.0), seed=0, sample_rate=8000)
    one, other = as_they_are.draw(4000, stream(0, "test"))
    places = [
        (number, start)
        for number in range(6)
        for start in np.flatnonzero(clean_clip(number)[: 12000 - 4000 + 1] == one[0])
        if np.array_equal(clean_clip(number)[start : start + 4000], one)
    ]
    ((number, start),) = places
    np.testing.assert_array_equal(other, noisy_clip(clean_clip(number), number)[start : start + 4000])

    from benchbox_noises.remixed import Remixed

    remixed = TrainingExamples(corpus, [("remixed", Remixed())], (0.0, 0.0), seed=0, sample_rate=8000)
    again, other = remixed.draw(4000, stream(0, "test"))
    np.testing.assert_array_equal(again, one)
    own = [noisy_clip(clean_clip(each), each) - clean_clip(each) for each in range(6)]
    peaks = [
        np.abs(np.correlate(np.concatenate([noise, noise]), other - one)).max()
        / (np.linalg.norm(other - one) * np.linalg.norm(noise) * np.sqrt(4000 / noise.size))
        for noise in own
    ]
    assert int(np.argmax(peaks)) != number, "noise of another pair"
    assert max(peaks) > 0.9, "and all of it"


def test_a_trained_system_is_keyed_by_the_pairs_it_learns_from(tmp_path: Path) -> None:
    from benchbox.plan.jobs import make_plan

    clean, noisy = write_pairs(tmp_path, 3, prefix="test/")
    write_pairs(tmp_path, 3, prefix="train/")
    made = suite(clean, noisy, denoisers="vqunet(steps=1)")
    before = make_plan(made, discover()).systems[1].identity
    audio.write(noisy / "train" / "p0.wav", noisy_clip(clean_clip(0), 7), 8000, "FLOAT")
    assert make_plan(made, discover()).systems[1].identity != before


def test_a_folder_of_pairs_is_not_taken_for_clean_speech(tmp_path: Path) -> None:
    from benchbox_corpora.folder import Folder

    clean, _ = write_pairs(tmp_path, 2)
    with pytest.raises(BadCorpus, match=r"holds pairs, .* paired\(clean="):
        Folder(tmp_path).entries("test")
    assert Folder(clean).entries("test")
    (clean / "p9.m4a").write_bytes(b"no matter what")
    with pytest.raises(BadCorpus, match="libsndfile cannot read"):
        Folder(clean).entries("test")
