"""Paired corpora: which files belong together, and what of them cannot be used."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from benchbox_corpora.paired import Paired

from benchbox import audio
from benchbox.checks.swapped import refuse_swapped
from benchbox.errors import BadAudio, BadCorpus
from benchbox.testing import CorpusContract
from tests.pairs import clean_clip, noisy_clip, write_pairs


class TestPaired(CorpusContract):
    folder: ClassVar[Path]

    @pytest.fixture(autouse=True)
    def _pairs(self, tmp_path: Path) -> None:
        write_pairs(tmp_path, prefix="test/")
        write_pairs(tmp_path, prefix="train/")
        type(self).spec = f'paired(clean="{tmp_path}/clean", noisy="{tmp_path}/noisy")'


def ids(corpus: Paired) -> list[str]:
    return [entry.id for entry in corpus.entries("test")]


def test_files_are_matched_by_their_names_without_suffix(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 3)
    (noisy / "p1.wav").unlink()
    audio.write(noisy / "p1.flac", noisy_clip(clean_clip(1), 1), 8000)
    corpus = Paired(clean, noisy)
    assert ids(corpus) == ["p0", "p1", "p2"]
    utterance = corpus.load(corpus.entries("test")[0])
    assert utterance.noisy is not None
    np.testing.assert_array_equal(utterance.samples, clean_clip(0))
    np.testing.assert_array_equal(utterance.noisy, noisy_clip(clean_clip(0), 0))


def test_names_in_unlike_sub_folders_are_matched_by_their_last_part(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 3)
    noisy.rename(tmp_path / "side")
    (tmp_path / "noisy").mkdir()
    (tmp_path / "side").rename(noisy / "5dB")
    assert ids(Paired(clean, noisy)) == ["p0", "p1", "p2"]


def test_a_pattern_names_both_sides(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 3)
    for number in range(3):
        (clean / f"p{number}.wav").rename(clean / f"clean_fileid_{number}.wav")
        (noisy / f"p{number}.wav").rename(noisy / f"street_snr5_fileid_{number}.wav")
    assert ids(Paired(clean, noisy, pattern=r"fileid_(\d+)")) == ["0", "1", "2"]
    with pytest.raises(BadCorpus, match=r"0 of 3 files .* share a name .* give a pattern or a table"):
        Paired(clean, noisy).entries("test")
    with pytest.raises(BadCorpus, match=r"finds nothing in clean_fileid_0\.wav"):
        Paired(clean, noisy, pattern="street").entries("test")
    with pytest.raises(BadCorpus, match="is no regular expression"):
        Paired(clean, noisy, pattern="(").entries("test")


def test_lists_name_files_and_pairs(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 2)
    for side in (clean, noisy):
        (tmp_path / f"{side.name}.scp").write_text(f"b {side.name}/p1.wav\na {side.name}/p0.wav\n")
    assert ids(Paired(tmp_path / "clean.scp", tmp_path / "noisy.scp")) == ["a", "b"]
    (tmp_path / "noisy.scp").write_text("a noisy/p0.wav\na noisy/p1.wav\n")
    with pytest.raises(BadCorpus, match="line 2: a is there twice"):
        Paired(tmp_path / "clean.scp", tmp_path / "noisy.scp").entries("test")


def test_a_table_names_pairs_their_noise_and_snr(tmp_path: Path) -> None:
    write_pairs(tmp_path, 3)
    table = tmp_path / "pairs.csv"
    table.write_text(
        "clean,noisy,noise,snr,speaker,split\n"
        "clean/p0.wav,noisy/p0.wav,cafe,2.5,anna,test\n"
        "clean/p0.wav,noisy/p1.wav,bus,7.5 dB,anna,test\n"
        "clean/p1.wav,noisy/p2.wav,bus,,bert,train\n"
    )
    corpus = Paired(table=table)
    test, train = corpus.entries("test"), corpus.entries("train")
    assert [(entry.noise, entry.snr_db, entry.speaker) for entry in test] == [
        ("cafe", 2.5, "anna"),
        ("bus", 7.5, "anna"),
    ]
    assert {entry.recording for entry in test} == {"clean/p0"}, "two versions of one clip are not independent"
    assert [entry.snr_db for entry in train] == [None]
    table.write_text("clean,noisy,snr\nclean/p0.wav,noisy/p0.wav,loud\n")
    with pytest.raises(BadCorpus, match="the SNR of noisy/p0 is 'loud'"):
        Paired(table=table).entries("test")
    table.write_text("a,b\n1,2\n")
    with pytest.raises(BadCorpus, match=r"needs columns clean and noisy or id \(it has a, b\)"):
        Paired(table=table).entries("test")


def test_a_table_of_names_says_what_matched_files_are(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 2)
    table = tmp_path / "labels.csv"
    table.write_text("id,noise,snr_db,transcript\np0.wav,cafe,2.5,hello\np1,bus,10,\n")
    first, second = Paired(clean, noisy, table=table).entries("test")
    assert (first.noise, first.snr_db, first.text) == ("cafe", 2.5, "hello")
    assert (second.noise, second.snr_db) == ("bus", 10.0)
    table.write_text("id,noise\nq0,cafe\n")
    with pytest.raises(BadCorpus, match="names none of the files"):
        Paired(clean, noisy, table=table).entries("test")


def test_what_only_one_side_has_cannot_be_loaded(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 4)
    (noisy / "p1.wav").unlink()
    corpus = Paired(clean, noisy)
    assert ids(corpus) == ["p0", "p1", "p2", "p3"]
    with pytest.raises(BadAudio, match=r"p1.wav has no noisy file of its name"):
        corpus.load(corpus.entries("test")[1])


def test_pairs_of_two_rates_or_lengths_cannot_be_loaded(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 2)
    audio.write(noisy / "p0.wav", noisy_clip(clean_clip(0), 0), 16000)
    audio.write(noisy / "p1.wav", noisy_clip(clean_clip(1), 1)[:-80], 8000)
    corpus = Paired(clean, noisy)
    with pytest.raises(BadAudio, match=r"8000 Hz and .* 16000 Hz: a pair has one rate"):
        corpus.load(corpus.entries("test")[0])
    with pytest.raises(BadAudio, match=r"12000 samples and .* 11920: cut them to one length"):
        corpus.load(corpus.entries("test")[1])


def test_one_channel_of_several_is_taken_only_when_named(tmp_path: Path) -> None:
    import soundfile

    clean, noisy = write_pairs(tmp_path, 1)
    left, right = noisy_clip(clean_clip(0), 0), noisy_clip(clean_clip(0), 1)
    soundfile.write(noisy / "p0.wav", np.stack([left, right], axis=1), 8000, subtype="FLOAT")
    with pytest.raises(BadAudio, match=r'2 channels and one is needed: channel=1 .* channel="mix"'):
        Paired(clean, noisy).load(Paired(clean, noisy).entries("test")[0])
    found = {}
    for channel, wanted in ((1, left), (2, right), ("mix", (left + right) / 2)):
        corpus = Paired(clean, noisy, channel=channel)  # type: ignore[arg-type]
        entry = corpus.entries("test")[0]
        samples = corpus.load(entry).noisy
        assert samples is not None
        np.testing.assert_allclose(samples, wanted, atol=1e-6)
        found[entry.digest] = channel
    assert len(found) == 3, "another channel is other audio"
    corpus = Paired(clean, noisy, channel=3)
    with pytest.raises(BadAudio, match="there is no channel 3"):
        corpus.load(corpus.entries("test")[0])


def test_a_format_that_cannot_be_read_is_named_not_skipped(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 2)
    (noisy / "p3.m4a").write_bytes(b"no matter what")
    with pytest.raises(BadCorpus, match=r"libsndfile cannot read \(1 .m4a, such as p3.m4a\)"):
        Paired(clean, noisy).entries("test")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 2)
    audio.write(clean / "p0.flac", clean_clip(0), 8000)
    with pytest.raises(BadCorpus, match="have one name, p0"):
        Paired(clean, noisy).entries("test")


def test_swapped_sides_are_refused(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 6)
    right, wrong = Paired(clean, noisy), Paired(noisy, clean)
    refuse_swapped(right, right.entries("test"))
    with pytest.raises(BadCorpus, match="the clean side is the noisier one in 6 of 6 pairs"):
        refuse_swapped(wrong, wrong.entries("test"))


def test_speech_with_lost_packets_is_not_taken_for_the_clean_side(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 6)
    for file in noisy.iterdir():
        samples, rate = audio.read(clean / file.name)
        packets = samples[: len(samples) // 800 * 800].reshape(-1, 800).copy()
        packets[::3] = 0
        audio.write(file, np.pad(packets.ravel(), (0, len(samples) % 800)), rate, "FLOAT")
    right = Paired(clean, noisy)
    refuse_swapped(right, right.entries("test"))


def test_swapped_sides_of_real_speech_are_noticed_at_20_db(shared_audio: Path, tmp_path: Path) -> None:
    noises = sorted((shared_audio / "noise" / "test").glob("*.flac"))[::4]
    for number, file in enumerate(sorted((shared_audio / "speech" / "test").glob("*.flac"))[:40:4]):
        clean, rate = audio.read(file)
        noise, _ = audio.read(noises[number % len(noises)])
        from benchbox.mixing import mix

        noisy = mix(clean, np.resize(noise, clean.size), rate, 20.0).noisy
        for side, samples in (("clean", clean), ("noisy", noisy)):
            (tmp_path / side).mkdir(exist_ok=True)
            audio.write(tmp_path / side / f"{number}.wav", samples, rate)
    sides = tmp_path / "clean", tmp_path / "noisy"
    refuse_swapped(Paired(*sides), Paired(*sides).entries("test"))
    with pytest.raises(BadCorpus, match="swapped"):
        refuse_swapped(Paired(*sides[::-1]), Paired(*sides[::-1]).entries("test"))


@pytest.mark.parametrize("suffix", [".mp3", ".ogg", ".opus", ".flac"])
def test_compressed_files_are_read(suffix: str, tmp_path: Path) -> None:
    import soundfile

    clean, noisy = write_pairs(tmp_path, 1, 16000)
    format = {".mp3": "MP3", ".ogg": "OGG", ".opus": "OGG", ".flac": "FLAC"}[suffix]
    subtype = {".mp3": "MPEG_LAYER_III", ".ogg": "VORBIS", ".opus": "OPUS", ".flac": "PCM_16"}[suffix]
    for side in (clean, noisy):
        samples, rate = audio.read(side / "p0.wav")
        soundfile.write(side / f"p0{suffix}", samples, rate, format=format, subtype=subtype)
        (side / "p0.wav").unlink()
    corpus = Paired(clean, noisy)
    utterance = corpus.load(corpus.entries("test")[0])
    assert utterance.sample_rate == 16000
    assert utterance.noisy is not None
    assert utterance.samples.size == utterance.noisy.size >= 24000


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("p0,validation\np1,test", r"line 2: split is 'validation', wants train or test"),
        ("p0,Train\np1,test", r"line 2: split is 'Train'"),
        ("p0,train\np0.wav,test", r"line 3: p0 is there twice"),
    ],
)
def test_what_a_table_cannot_mean_is_refused(rows: str, says: str, tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 2)
    table = tmp_path / "labels.csv"
    table.write_text(f"id,split\n{rows}\n")
    with pytest.raises(BadCorpus, match=says):
        Paired(clean, noisy, table=table).entries("test")


def test_a_pattern_whose_group_finds_nothing_is_refused(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 2)
    with pytest.raises(BadCorpus, match=r"finds nothing in p1\.wav"):
        Paired(clean, noisy, pattern="p(0)?").entries("test")


@pytest.mark.parametrize("name", ["val", "valid", "validation", "dev"])
def test_a_validation_folder_beside_test_is_neither_trained_on_nor_tested(name: str, tmp_path: Path) -> None:
    for split in ("train", "test", name):
        clean, noisy = write_pairs(tmp_path, 2, prefix=f"{split}/")
    corpus = Paired(clean, noisy)
    assert ids(corpus) == ["test/p0", "test/p1"]
    assert [entry.id for entry in corpus.entries("train")] == ["train/p0", "train/p1"]


def test_other_folders_beside_test_are_tested(tmp_path: Path) -> None:
    for folder in ("test", "bus"):
        clean, noisy = write_pairs(tmp_path, 1, prefix=f"{folder}/")
    assert ids(Paired(clean, noisy)) == ["bus/p0", "test/p0"]
    clean, noisy = write_pairs(tmp_path / "alone", 1, prefix="val/")
    assert ids(Paired(clean, noisy)) == ["val/p0"]
