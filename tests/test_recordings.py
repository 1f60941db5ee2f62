"""Audio files as people have them: channels, and what cannot be read."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchbox.errors import BadAudio, BadCorpus
from benchbox.recordings import files_below, read


@pytest.fixture
def stereo(tmp_path: Path) -> Path:
    left, right = np.full(900, 0.25, np.float32), np.full(900, -0.75, np.float32)
    soundfile.write(tmp_path / "stereo.wav", np.stack([left, right], 1), 8000, subtype="FLOAT")
    return tmp_path / "stereo.wav"


@pytest.mark.parametrize(("channel", "value"), [(1, 0.25), (2, -0.75), ("mix", -0.25)])
def test_a_channel_or_their_mean_is_taken(stereo: Path, channel: int, value: float) -> None:
    samples, rate = read(stereo, channel)
    assert samples.dtype == np.float32
    assert (samples.size, rate) == (900, 8000)
    assert np.unique(samples) == pytest.approx(value)


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        (None, "has 2 channels and one is needed: channel=1 takes"),
        (3, "there is no channel 3"),
        (0, "channel 0"),
    ],
)
def test_no_channel_is_guessed(stereo: Path, channel: int | None, says: str) -> None:
    with pytest.raises(BadAudio, match=says):
        read(stereo, channel)


def test_of_one_channel_there_is_nothing_to_take(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "mono.wav", np.full(900, 0.5), 16000)
    samples, rate = read(tmp_path / "mono.wav", 5)
    assert (samples[0], rate) == (0.5, 16000)


def test_audio_is_found_in_sub_folders_in_a_fixed_order_and_hidden_files_are_not(tmp_path: Path) -> None:
    for name in ("b.wav", "a/z.FLAC", "a/notes.txt", "a/._b.wav", "c.w64"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [str(file.relative_to(tmp_path)) for file in files_below(tmp_path)] == [
        "a/z.FLAC",
        "b.wav",
        "c.w64",
    ]


def test_audio_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    for name in ("a.wav", "b.m4a", "c.M4A", "d.wma"):
        (tmp_path / name).touch()
    with pytest.raises(BadCorpus, match=r"cannot read \(2 \.m4a, 1 \.wma, such as b\.m4a\): convert it"):
        files_below(tmp_path)
