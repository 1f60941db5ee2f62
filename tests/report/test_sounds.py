from base64 import b64decode
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchbox.mixing import active_level_db
from benchbox.records import Samples
from benchbox.report.sounds import Clip, encode_clips, kept_clips
from benchbox.runs.folder import Run
from benchbox.synthetic import speech_like


def clip(**sounds: Samples) -> Clip:
    return Clip(Path("clip"), "m", "white 5 dB u", sounds, 8000)


@pytest.fixture
def clean() -> Samples:
    return speech_like(16000, np.random.default_rng(0))


def heard(text: str) -> Samples:
    samples, _ = soundfile.read(BytesIO(b64decode(text)), dtype="float32")
    return samples


def test_sounds_keep_their_length_and_are_brought_to_one_level(clean: Samples) -> None:
    ([made], _) = encode_clips([clip(clean=clean, half=clean * np.float32(0.5))], 10**7)
    first, second = made["tracks"]
    assert [track["gain"] for track in made["tracks"]] == [0, pytest.approx(6.02, abs=0.01)]
    for track in (first, second):
        samples = heard(track["sound"])
        assert len(samples) == len(clean)
        level = active_level_db(samples, 8000) + track["gain"]
        assert level == pytest.approx(active_level_db(clean, 8000), abs=0.3)


def test_what_passes_full_scale_is_made_quieter_with_all_others(clean: Samples) -> None:
    loud = clean / np.abs(clean).max()
    ([made], _) = encode_clips([clip(clean=loud, noisy=2 * loud)], 10**7)
    levels = [active_level_db(heard(track["sound"]), 8000) for track in made["tracks"]]
    assert levels[1] - levels[0] == pytest.approx(6.02, abs=0.3)
    assert levels[0] == pytest.approx(active_level_db(loud, 8000) - 6.2, abs=0.3)
    assert made["tracks"][1]["gain"] == pytest.approx(-6.02, abs=0.01)


def test_silence_has_no_level_and_is_no_error(clean: Samples) -> None:
    ([made], _) = encode_clips([clip(clean=clean, still=np.zeros_like(clean))], 10**7)
    assert made["tracks"][1]["gain"] == 0


def test_recordings_without_a_clean_reference_are_brought_to_the_first_sounds_level(clean: Samples) -> None:
    ([made], _) = encode_clips([clip(noisy=clean, half=clean * np.float32(0.5))], 10**7)
    assert made["seconds"] == 2
    assert [track["gain"] for track in made["tracks"]] == [0, pytest.approx(6.02, abs=0.01)]


def test_what_was_encoded_once_is_read_from_then_on(clean: Samples, tmp_path: Path) -> None:
    cached = replace(clip(clean=clean, half=clean * np.float32(0.5)), cache=tmp_path / ".encoded")
    first = encode_clips([cached], 10**7)
    files = sorted((tmp_path / ".encoded").iterdir())
    assert [file.suffix for file in files].count(".opus") == 2
    before = [file.stat().st_mtime_ns for file in files]
    assert encode_clips([cached], 10**7) == first
    assert [file.stat().st_mtime_ns for file in sorted((tmp_path / ".encoded").iterdir())] == before
    other = replace(cached, sounds={"clean": clean, "half": clean * np.float32(0.25)})
    ([made], _), ([before_it], _) = encode_clips([other], 10**7), first
    assert made["tracks"][0] == before_it["tracks"][0]
    assert made["tracks"][1]["sound"] != before_it["tracks"][1]["sound"]
    assert made["tracks"][1]["picture"] != before_it["tracks"][1]["picture"]
    # A file where the folder would be: a run that cannot be written to.
    (tmp_path / "file").touch()
    ([alone], _) = encode_clips([replace(cached, cache=tmp_path / "file")], 10**7)
    for one, another in zip(alone["tracks"], before_it["tracks"], strict=True):
        np.testing.assert_array_equal(heard(one["sound"]), heard(another["sound"]))
        assert one["picture"] == another["picture"]


def test_an_estimate_that_is_silent_is_shown_and_the_bound_is_not(copied: Run) -> None:
    folder = min(copied.audio_folder.glob("[!.]*/"))
    samples, rate = soundfile.read(folder / "wiener.wav", dtype="float32")
    soundfile.write(folder / "wiener.wav", np.zeros_like(samples), rate, subtype="FLOAT")
    first = next(kept_clips(copied, {}))
    assert not first.sounds["wiener"].any()
    assert "silence" not in first.sounds


def test_clips_beyond_the_size_are_left_out_and_counted(clean: Samples) -> None:
    made, left_out = encode_clips([clip(clean=clean)] * 3, 25_000)
    assert (len(made), left_out) == (1, 2)
    assert encode_clips([clip(clean=clean)], 100) == ([], 1)


def test_kept_clips_know_which_mixture_they_are(finished: Run) -> None:
    clips = list(kept_clips(finished, {"wiener": "renamed"}))
    assert len(clips) == 2
    scores = finished.scores.drop_duplicates("mixture").set_index("mixture")
    for each in clips:
        row = scores.loc[each.mixture]
        assert each.title == f"{row['noise']}_{row['snr_db']:g}_dB_{row['utterance']}"
        assert "renamed" in each.sounds
        assert "silence" not in each.sounds
