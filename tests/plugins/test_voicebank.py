"""VoiceBank-DEMAND from the layout of its zip files."""

from pathlib import Path

import pytest
from benchbox_corpora.voicebank import VoiceBankDemand

from benchbox import audio
from benchbox.errors import BadCorpus
from benchbox.plan.jobs import make_plan
from benchbox.plan.suite import Suite
from benchbox.registry.discovery import discover
from tests.pairs import clean_clip, noisy_clip


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for part, names in (
        ("testset", ["p232_001", "p232_002", "p257_001"]),
        ("trainset_28spk", ["p226_001", "p227_001"]),
    ):
        for number, name in enumerate(names):
            clean = clean_clip(number)
            for side, samples in (("clean", clean), ("noisy", noisy_clip(clean, number))):
                folder = tmp_path / f"{side}_{part}_wav"
                folder.mkdir(exist_ok=True)
                audio.write(folder / f"{name}.wav", samples, 8000)
    (tmp_path / "log_testset.txt").write_text(
        "p232_001 bus 17.5\np232_002.wav cafe 2.5\n\np257_001 bus 2.5\n"
    )
    (tmp_path / "log_trainset_28spk.txt").write_text("p226_001 ssn 0\n")
    return tmp_path


def test_split_speakers_noise_and_snr_are_the_official_ones(source: Path) -> None:
    corpus = VoiceBankDemand(source)
    assert [(entry.id, entry.speaker, entry.noise, entry.snr_db) for entry in corpus.entries("test")] == [
        ("p232_001", "p232", "bus", 17.5),
        ("p232_002", "p232", "cafe", 2.5),
        ("p257_001", "p257", "bus", 2.5),
    ]
    assert [(entry.id, entry.noise, entry.snr_db) for entry in corpus.entries("train")] == [
        ("p226_001", "ssn", 0.0),
        ("p227_001", "", None),
    ]
    assert corpus.load(corpus.entries("train")[0]).noisy is not None


def test_a_plan_has_its_noises_and_snrs_as_conditions(source: Path) -> None:
    suite = Suite(denoisers="spectral_sub", metrics="si_sdr", corpus=f'voicebank_demand(source="{source}")')
    jobs = make_plan(suite, discover()).jobs
    assert list(dict.fromkeys((str(job.condition.noise), job.condition.snr_db) for job in jobs)) == [
        ("bus", 2.5),
        ("bus", 17.5),
        ("cafe", 2.5),
    ]


def test_another_folder_two_train_sets_and_a_damaged_log_are_named(source: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadCorpus, match="holds no clean_testset_wav and noisy_testset_wav"):
        VoiceBankDemand(tmp_path / "empty").entries("test")
    (source / "log_testset.txt").write_text("p232_001 bus\n")
    with pytest.raises(BadCorpus, match="line 1: wants a name, a noise and an SNR"):
        VoiceBankDemand(source).entries("test")
    (source / "log_testset.txt").unlink()
    for side in ("clean", "noisy"):
        (source / f"{side}_trainset_56spk_wav").mkdir()
    with pytest.raises(BadCorpus, match="holds several train sets"):
        VoiceBankDemand(source).entries("test")
